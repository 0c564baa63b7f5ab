using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aigc.ServiceDefaults;

namespace Aigc.Distribution.Channels.Webhooks;

/// <summary>Signatures of the Standard Webhooks specification, version 1: HMAC-SHA256 over <c>id.timestamp.body</c>, base64.</summary>
internal static class StandardWebhook
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string Prefix = "whsec_";

    /// <summary>The bytes of a configured secret.</summary>
    /// <exception cref="ProblemException"><c>webhook_secret_invalid</c>.</exception>
    public static byte[] Secret(string configured, string name)
    {
        var text = configured.StartsWith(Prefix, StringComparison.Ordinal) ? configured[Prefix.Length..] : configured;
        var bytes = new byte[text.Length];
        // The specification asks for 24 to 64 bytes.
        return Convert.TryFromBase64String(text, bytes, out var length) && length is >= 24 and <= 64
            ? bytes[..length]
            : throw new ProblemException("webhook_secret_invalid", $"The webhook secret '{name}' must be whsec_ and base64 of 24 to 64 bytes.", "channel.secretName");
    }

    public static string Sign(byte[] secret, string id, DateTimeOffset at, byte[] body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}."));
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. head, .. body]))}";
    }
}
