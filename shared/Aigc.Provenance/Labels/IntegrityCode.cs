using System.Security.Cryptography;
using System.Text;

namespace Aigc.Provenance.Labels;

/// <summary>What an integrity code says about a body and its label.</summary>
public enum Integrity
{
    /// <summary>There is no code that this reader knows.</summary>
    Absent,

    /// <summary>There is a keyed code and no key to check it with.</summary>
    Unchecked,

    /// <summary>Body and label are what the code was made over.</summary>
    Intact,

    /// <summary>Body or label changed since the code was made.</summary>
    Broken,
}

/// <summary>
/// The integrity codes in the reserved fields.
/// <list type="bullet">
/// <item><c>ReservedCode1</c>, without a key: <c>sha256:</c> + SHA-256 of the body (<see cref="BodyText.Canonical"/>, UTF-8). Anyone can check it;
/// it tells damage, not forgery.</item>
/// <item><c>ReservedCode1</c>, with a key: <c>hmac-sha256:</c> + HMAC over Label, ContentProducer, ProduceID and the body's SHA-256, each on a line:
/// a forged producer or a changed body fails.</item>
/// <item><c>ReservedCode2</c>: the same prefixes over Label, ContentProducer, ProduceID, ReservedCode1, ContentPropagator, PropagateID and the
/// body's SHA-256: binds the distribution to the production.</item>
/// </list>
/// </summary>
public static class IntegrityCode
{
    private const string Plain = "sha256:";
    private const string Keyed = "hmac-sha256:";

    /// <summary>Fills <c>ReservedCode1</c>, and <c>ReservedCode2</c> when the label names a propagator.</summary>
    /// <param name="label">The label; its reserved fields are replaced.</param>
    /// <param name="body">The body text.</param>
    /// <param name="key">Secret of the HMAC; null or empty for plain digests.</param>
    public static AigcLabel Seal(AigcLabel label, string body, byte[]? key = null)
    {
        ArgumentNullException.ThrowIfNull(label);
        var digest = DigestOf(body);
        var sealed1 = label with { ReservedCode1 = key is { Length: > 0 } ? Mac(First(label, digest), key) : Plain + digest };
        return string.IsNullOrEmpty(label.ContentPropagator)
            ? sealed1
            : sealed1 with { ReservedCode2 = key is { Length: > 0 } ? Mac(Second(sealed1, digest), key) : Hash(Second(sealed1, digest)) };
    }

    /// <summary>Checks both codes; the worse verdict counts.</summary>
    public static Integrity Check(AigcLabel label, string body, byte[]? key = null)
    {
        ArgumentNullException.ThrowIfNull(label);
        var digest = DigestOf(body);
        var first = Compare(label.ReservedCode1, Plain + digest, () => First(label, digest), key);
        if (string.IsNullOrEmpty(label.ContentPropagator) && string.IsNullOrEmpty(label.ReservedCode2))
            return first;
        var second = Compare(label.ReservedCode2, Hash(Second(label, digest)), () => Second(label, digest), key);
        return Worse(first, second);
    }

    /// <summary>Lower-case hexadecimal SHA-256 of the canonical body.</summary>
    public static string DigestOf(string body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(BodyText.Canonical(body))));

    private static Integrity Compare(string code, string plain, Func<string> signed, byte[]? key)
    {
        if (code.StartsWith(Plain, StringComparison.Ordinal))
        {
            // A holder of the key always writes keyed codes: a plain one in their place is a forgery that anyone can compute.
            return key is not { Length: > 0 } && Same(code, plain) ? Integrity.Intact : Integrity.Broken;
        }

        if (!code.StartsWith(Keyed, StringComparison.Ordinal))
            return Integrity.Absent;
        if (key is not { Length: > 0 })
            return Integrity.Unchecked;
        return Same(code, Mac(signed(), key)) ? Integrity.Intact : Integrity.Broken;
    }

    private static Integrity Worse(Integrity a, Integrity b)
    {
        Integrity[] worstFirst = [Integrity.Broken, Integrity.Absent, Integrity.Unchecked, Integrity.Intact];
        return worstFirst.First(verdict => a == verdict || b == verdict);
    }

    private static bool Same(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    // No field holds a line break (LabelWriter refuses control characters), so joining by lines is unambiguous.
    private static string First(AigcLabel label, string digest) =>
        string.Join('\n', "AIGC-1", label.Label, label.ContentProducer, label.ProduceID, digest);

    private static string Second(AigcLabel label, string digest) =>
        string.Join('\n', "AIGC-2", label.Label, label.ContentProducer, label.ProduceID, label.ReservedCode1, label.ContentPropagator, label.PropagateID, digest);

    private static string Hash(string text) => Plain + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Mac(string text, byte[] key) => Keyed + Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}
