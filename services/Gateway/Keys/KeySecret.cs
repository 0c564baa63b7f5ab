using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Aigc.Storage.Artifacts;

namespace Aigc.Gateway.Keys;

/// <summary>The text of a key: <c>sk-aigc-</c> and 256 random bits in base64url. So much chance needs no slow hash.</summary>
internal static class KeySecret
{
    public const string Start = "sk-aigc-";

    private const int RandomBytes = 32;
    private const int Length = 8 + 43;
    private const int ShownLength = 13;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static string Create() => Start + Random();

    /// <summary>256 random bits in base64url.</summary>
    public static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static bool IsWellFormed(string? secret) =>
        secret is { Length: Length } && secret.StartsWith(Start, StringComparison.Ordinal) && !secret.AsSpan(Start.Length).ContainsAnyExcept(Alphabet);

    public static string HashOf(string secret) => Digest.Of(secret);

    public static string PrefixOf(string secret) => secret[..ShownLength];
}
