using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aigc.ModelTraining.Tests.Imports;

/// <summary>What was asked of a server.</summary>
internal sealed record Asked(string Path, string? Range, string? IfRange, string? Authorization);

/// <summary>
/// A small hub on loopback with the answers of huggingface.co: revisions, trees in pages, files with ranges; large files are redirected to a second server.
/// </summary>
internal sealed class LoopbackHub : IAsyncDisposable
{
    public const string Model = "someone/nano";
    public const string Sha = "0123456789abcdef0123456789abcdef01234567";

    readonly WebApplication hub, cdn;
    readonly ConcurrentDictionary<string, int> cuts = new();

    LoopbackHub(WebApplication hub, WebApplication cdn) => (this.hub, this.cdn) = (hub, cdn);

    /// <summary>Files by path, of every commit.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Files from this size on are kept on the second server and named by SHA-256.</summary>
    public int LargeFrom { get; set; } = 20_000;

    /// <summary>Entries of one page of a tree.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>The commit that <c>main</c> is.</summary>
    public string Main { get; set; } = Sha;

    /// <summary>A token without which nothing is answered.</summary>
    public string? Token { get; set; }

    /// <summary>What is sent instead of a file.</summary>
    public Dictionary<string, byte[]> Lies { get; } = [];

    /// <summary>What a tree says, when it is not what there is.</summary>
    public string? Tree { get; set; }

    /// <summary>Servers that know nothing of ranges.</summary>
    public bool WithoutRanges { get; set; }

    /// <summary>Held while a file is being sent, once its first half is out.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>Status that a path is answered with, so many times.</summary>
    public ConcurrentDictionary<string, (int Status, int Times)> Trouble { get; } = new();

    public ConcurrentQueue<Asked> AskedHub { get; } = new();

    public ConcurrentQueue<Asked> AskedCdn { get; } = new();

    public Uri Address => new(hub.Urls.First());

    public Uri CdnAddress => new(cdn.Urls.First());

    /// <summary>The next so many answers with this file end in the middle.</summary>
    public void Cut(string file, int times) => cuts[file] = times;

    public static async Task<LoopbackHub> Start()
    {
        var server = new LoopbackHub(Build(), Build());
        server.hub.Use(server.Guard);
        server.hub.MapGet("/api/models/someone/nano/revision/{revision}", (string revision) => server.Revision(Uri.UnescapeDataString(revision)));
        server.hub.MapGet("/api/models/someone/nano/tree/{commit}/{**below}", server.List);
        server.hub.MapGet("/someone/nano/resolve/{commit}/{**path}", server.Resolve);
        server.cdn.MapGet("/blobs/{**path}", (HttpContext http, string path) =>
        {
            server.AskedCdn.Enqueue(Said(http));
            return server.Send(http, path);
        });
        await server.hub.StartAsync();
        await server.cdn.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Hold?.TrySetResult();
        foreach (var app in (WebApplication[])[hub, cdn])
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0")]);
        return builder.Build();
    }

    static Asked Said(HttpContext http)
    {
        var headers = http.Request.Headers;
        return new(http.Request.Path.Value!, Of("Range"), Of("If-Range"), Of("Authorization"));

        string? Of(string name) => headers.TryGetValue(name, out var value) ? value.ToString() : null;
    }

    async Task Guard(HttpContext http, RequestDelegate next)
    {
        AskedHub.Enqueue(Said(http));
        var path = http.Request.Path.Value!;
        if (Trouble.TryGetValue(path, out var trouble) && trouble.Times > 0)
        {
            Trouble[path] = trouble with { Times = trouble.Times - 1 };
            http.Response.StatusCode = trouble.Status;
            return;
        }

        if (Token is not null && http.Request.Headers.Authorization != $"Bearer {Token}")
        {
            http.Response.StatusCode = 401;
            return;
        }

        await next(http);
    }

    IResult Revision(string revision) => revision is "main" or "refs/pr/1" || revision == Main
        ? Results.Json(new { id = Model, sha = revision == "main" ? Main : Sha })
        : Results.NotFound();

    IResult List(HttpContext http, string commit, string? below = null, int cursor = 0)
    {
        if (Tree is not null)
            return Results.Content(Tree, "application/json");
        var files = Files.Where(file => below is null || file.Key.StartsWith(below + "/", StringComparison.Ordinal)).ToList();
        if (below is not null && files.Count == 0)
            return Results.NotFound();
        if (cursor + PageSize < files.Count)
            http.Response.Headers.Link = $"<{Address}{http.Request.Path.Value![1..]}?recursive=true&cursor={cursor + PageSize}>; rel=\"next\"";
        object[] folders = cursor == 0 ? [new { type = "directory", oid = new string('a', 40), size = 0, path = below is null ? "onnx" : below + "/onnx" }] : [];
        return Results.Json(folders.Concat(files.Skip(cursor).Take(PageSize).Select(file => Entry(file.Key, file.Value))));
    }

    object Entry(string path, byte[] bytes) => bytes.Length >= LargeFrom
        ? new { type = "file", oid = new string('b', 40), size = bytes.Length, path, lfs = new { oid = Convert.ToHexStringLower(SHA256.HashData(bytes)), size = bytes.Length, pointerSize = 134 } }
        : new { type = "file", oid = BlobId(bytes), size = bytes.Length, path };

#pragma warning disable CA5350 // That is how git names blobs.
    static string BlobId(byte[] bytes) => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));
#pragma warning restore CA5350

    async Task Resolve(HttpContext http, string commit, string path)
    {
        if (!Files.TryGetValue(path, out var bytes))
        {
            http.Response.StatusCode = 404;
        }
        else if (bytes.Length >= LargeFrom)
        {
            http.Response.Headers.Append("X-Linked-Etag", "\"linked\"");
            http.Response.Redirect($"{CdnAddress}blobs/{path}");
        }
        else
        {
            await Send(http, path);
        }
    }

    async Task Send(HttpContext http, string path)
    {
        var bytes = Lies.GetValueOrDefault(path) ?? Files[path];
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"";
        var asked = http.Request.GetTypedHeaders();
        var from = 0;
        if (!WithoutRanges && asked.Range?.Ranges.Single().From is { } start && (asked.IfRange is null || asked.IfRange.EntityTag!.Tag == tag))
            from = (int)start;
        if (from >= bytes.Length && from > 0)
        {
            http.Response.StatusCode = 416;
            return;
        }

        http.Response.StatusCode = from > 0 ? 206 : 200;
        http.Response.Headers.ETag = tag;
        http.Response.ContentLength = bytes.Length - from;
        if (from > 0)
            http.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        var half = from + ((bytes.Length - from) / 2);
        await http.Response.Body.WriteAsync(bytes.AsMemory(from, half - from));
        await http.Response.Body.FlushAsync();
        if (cuts.TryGetValue(path, out var times) && times > 0)
        {
            cuts[path] = times - 1;
            http.Abort();
            return;
        }

        if (Hold is { } hold && bytes.Length >= LargeFrom)
            await hold.Task.WaitAsync(http.RequestAborted);
        await http.Response.Body.WriteAsync(bytes.AsMemory(half));
    }
}
