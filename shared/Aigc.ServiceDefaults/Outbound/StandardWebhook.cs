using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Aigc.ServiceDefaults.Outbound;

/// <summary>Signatures of the Standard Webhooks specification, version 1: HMAC-SHA256 over <c>id.timestamp.body</c>, base64.</summary>
public static class StandardWebhook
{
    /// <summary>Same for every repeat of one message.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>Seconds since 1970 at the time of sending.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>Signatures, a space between two.</summary>
    public const string SignatureHeader = "webhook-signature";

    private const string Prefix = "whsec_";
    private const int SecretLength = 32;

    /// <summary>A secret nobody has: <c>whsec_</c> and base64 of 32 bytes.</summary>
    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretLength));

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

    /// <summary>The signature of a message at a time.</summary>
    public static string Sign(byte[] secret, string id, DateTimeOffset at, byte[] body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}."));
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. head, .. body]))}";
    }

    /// <summary>A signed POST of JSON. While a secret is being changed there are two, and the receiver takes either.</summary>
    public static HttpRequestMessage Request(Uri url, string id, DateTimeOffset at, byte[] body, params ReadOnlySpan<byte[]> secrets)
    {
        var signatures = new List<string>();
        foreach (var secret in secrets)
        {
            signatures.Add(Sign(secret, id, at, body));
        }

        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(IdHeader, id);
        request.Headers.Add(TimestampHeader, at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(SignatureHeader, string.Join(' ', signatures));
        return request;
    }
}
