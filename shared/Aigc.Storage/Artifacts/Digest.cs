using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Aigc.Storage.Artifacts;

/// <summary>SHA-256 digests as 64 lower-case hexadecimal characters.</summary>
public static class Digest
{
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Digest of a text's UTF-8 bytes.</summary>
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>Digest of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Digest of several parts; unlike a digest of their concatenation it tells ("a", "bc") from ("ab", "c").</summary>
    public static string OfParts(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A stable id made from parts: the same parts give the same id, so that a re-issued command means the same work.</summary>
    public static Guid ToGuid(params ReadOnlySpan<string> parts) => new(Convert.FromHexString(OfParts(parts)).AsSpan(0, 16));

    /// <summary>Whether a text is a digest. Checked before a digest becomes a path: ids from outside never do otherwise.</summary>
    public static bool IsValid(string? digest) => digest is { Length: 64 } && !digest.AsSpan().ContainsAnyExcept(Hex);

    /// <summary>The digest itself, once it is known to be one.</summary>
    /// <exception cref="ArgumentException">It is not 64 lower-case hexadecimal characters.</exception>
    public static string Checked(string? digest) => IsValid(digest)
        ? digest!
        : throw new ArgumentException("A digest is 64 lower-case hexadecimal characters.", nameof(digest));
}
