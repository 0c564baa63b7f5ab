using Aigc.Standalone.Chains;
using Aigc.Standalone.Platform;

namespace Aigc.Benchmarks.Measures;

/// <summary>A platform on a folder of its own, and a client of it.</summary>
internal sealed class TestPlatform : IAsyncDisposable
{
    private readonly PlatformHost _host;

    private TestPlatform(PlatformHost host, string folder)
    {
        _host = host;
        Folder = folder;
        Client = new PlatformClient(host.Address, Key);
    }

    public string Folder { get; }

    public Uri Address => _host.Address;

    public string Key => _host.Key!.Secret;

    public PlatformClient Client { get; }

    public static async Task<TestPlatform> Start(params (string Name, string Value)[] settings)
    {
        foreach (var (name, value) in settings)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        var folder = Directory.CreateTempSubdirectory("aigc-bench-").FullName;
        var host = await PlatformHost.Start(new PlatformSettings { Url = "http://127.0.0.1:0", DataRoot = folder, FileRoots = ["/"] }, CancellationToken.None);
        return new TestPlatform(host, folder);
    }

    /// <summary>Runs a chain to its end.</summary>
    public async Task<JobInfo> Run(string chain, Action<JobEventInfo>? each = null)
    {
        var job = await Client.Submit(chain, Folder, Guid.NewGuid().ToString(), CancellationToken.None);
        await foreach (var happened in Client.Follow(job.Id, CancellationToken.None))
        {
            each?.Invoke(happened);
        }

        job = await Client.Get(job.Id, CancellationToken.None);
        return job.Error is null ? job : throw new InvalidOperationException(job.Error.Message);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
