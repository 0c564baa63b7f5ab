using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.Conformance.Artifacts;

/// <summary>
/// As much of S3 as the store uses, spoken over real HTTP: put, get, head and delete of objects in path style, bodies in the signed
/// chunks clients send. It does not check signatures.
/// </summary>
internal sealed class S3Server : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, string Type)> _objects = new();
    private readonly WebApplication _app;

    private S3Server(WebApplication app)
    {
        _app = app;
        app.Run(Answer);
    }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    public static async Task<S3Server> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = "http://127.0.0.1:0" });
        builder.Logging.ClearProviders();
        var server = new S3Server(builder.Build());
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        var key = context.Request.Path.Value!;
        switch (context.Request.Method)
        {
            case "PUT":
                var body = await Body(context.Request);
                _objects[key] = (body, context.Request.ContentType ?? "");
                context.Response.Headers.ETag = ETag(body);
                break;
            case "GET" or "HEAD" when _objects.TryGetValue(key, out var found):
                context.Response.ContentType = found.Type;
                context.Response.ContentLength = found.Bytes.Length;
                context.Response.Headers.ETag = ETag(found.Bytes);
                context.Response.Headers.LastModified = "Thu, 01 Jan 2026 00:00:00 GMT";
                if (context.Request.Method == "GET")
                {
                    await context.Response.Body.WriteAsync(found.Bytes);
                }

                break;
            case "DELETE":
                _objects.TryRemove(key, out _);
                context.Response.StatusCode = 204;
                break;
            default:
                context.Response.StatusCode = 404;
                context.Response.ContentType = "application/xml";
                if (context.Request.Method != "HEAD")
                {
                    await context.Response.WriteAsync("<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>There is none.</Message></Error>");
                }

                break;
        }
    }

    // In the form of a multipart upload, which clients do not take for an MD5 of the bytes.
    private static string ETag(byte[] bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}-1\"";

    private static async Task<byte[]> Body(HttpRequest request)
    {
        using var received = new MemoryStream();
        await request.Body.CopyToAsync(received);
        return request.Headers["x-amz-content-sha256"].ToString().StartsWith("STREAMING-", StringComparison.Ordinal) ? Unchunk(received.ToArray()) : received.ToArray();
    }

    // size in hexadecimal [;chunk-signature=…] CR LF bytes CR LF, ended by a chunk of size 0 and trailers.
    private static byte[] Unchunk(byte[] body)
    {
        using var bytes = new MemoryStream();
        for (var at = 0; ;)
        {
            var end = at + body.AsSpan(at).IndexOf("\r\n"u8);
            var size = int.Parse(System.Text.Encoding.ASCII.GetString(body.AsSpan(at, end - at)).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                return bytes.ToArray();
            }

            bytes.Write(body, end + 2, size);
            at = end + 2 + size + 2;
        }
    }
}
