using System.Net;
using Aigc.ModelTraining.Imports;
using Microsoft.Extensions.Options;

namespace Aigc.ModelTraining.Tests.Imports;

/// <summary>A temporary directory and what is needed to pull into it.</summary>
internal sealed class PullFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("aigc-pull-").FullName;

    public string Files => Path.Combine(Root, "files");

    public ImportOptions Options { get; } = new() { RetryPause = TimeSpan.FromMilliseconds(1), MaxRetries = 2, AllowPrivateAddresses = true };

    public List<(long Done, long? Total)> Told { get; } = [];

    /// <summary>Which addresses may be connected to beside the hub; by default what the options say.</summary>
    public Func<IPAddress, bool>? Allowed { get; set; }

    /// <summary>The files of a real model with random weights, in our own layout.</summary>
    public static IReadOnlyDictionary<string, byte[]> Model => NanoFiles.All;

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Resolves, lists and pulls as an import does.</summary>
    public async Task Pull(LoopbackHub hub, string? variant = null, string revision = "main", string? subfolder = null)
    {
        var ct = TestContext.Current.CancellationToken;
        Options.Hub = hub.Address;
        using var http = ImportHttp.ForHub(Options, Allowed);
        var (options, retries) = (Microsoft.Extensions.Options.Options.Create(Options), new Retries(Microsoft.Extensions.Options.Options.Create(Options), TimeProvider.System));
        var client = new HubClient(http, options, retries);
        var commit = await client.Resolve(LoopbackHub.Model, revision, ct);
        await Puller(http, retries).Choose(await client.Files(LoopbackHub.Model, commit, subfolder, ct), variant, ct);
    }

    /// <summary>Pulls files by their addresses.</summary>
    public async Task Bring(params WantedFile[] files)
    {
        using var http = ImportHttp.ForAddresses(Options, Allowed);
        await Puller(http, new Retries(Microsoft.Extensions.Options.Options.Create(Options), TimeProvider.System)).Bring(files, TestContext.Current.CancellationToken);
    }

    public string[] Names() => Directory.Exists(Files)
        ? [.. Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Files, path)).Order(StringComparer.Ordinal)]
        : [];

    public byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Files, path));

    public string[] Parts() => Directory.Exists(Path.Combine(Root, "parts"))
        ? [.. Directory.EnumerateFiles(Path.Combine(Root, "parts"), "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)!)]
        : [];

    public void Dispose() => Directory.Delete(Root, recursive: true);

    ModelPull Puller(ImportHttp http, Retries retries) => new(http, retries, Options, Root, (done, total) =>
    {
        Told.Add((done, total));
        return ValueTask.CompletedTask;
    });
}
