using System.Security.Cryptography;

namespace Aigc.Gateway.Keys;

/// <summary>Ids that sort by when they were made: a prefix, milliseconds in 12 hexadecimal digits, and chance.</summary>
internal static class Ids
{
    private const int RandomBytes = 8;

    public static string Create(string prefix, DateTimeOffset at) => Create(prefix, at, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes)));

    /// <summary>The same moment and the same rest give the same id.</summary>
    public static string Create(string prefix, DateTimeOffset at, string rest) => $"{prefix}_{Math.Max(0, at.ToUnixTimeMilliseconds()):x12}{rest}";
}
