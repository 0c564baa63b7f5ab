using Aigc.Contracts;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Adapters;
using Aigc.Storage;
using Aigc.Storage.Artifacts;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.Inference.Tests.Serving;

/// <summary>The module on real stores in a temporary folder, without a bus.</summary>
internal sealed class TestWorker : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("aigc-worker-").FullName;
    private readonly List<NanoModel> _models = [];
    private readonly ServiceProvider _services;

    public TestWorker(Dictionary<string, string?>? settings = null, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = _root,
            ["Aigc:Inference:Device"] = "cpu",
            ["Aigc:Inference:Threads"] = "1",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        builder.Services.AddStorage(builder.Configuration);
        builder.AddInference();
        more?.Invoke(builder.Services);
        _services = builder.Services.BuildServiceProvider();
    }

    public IServiceProvider Services => _services;

    public ModelHost Host => _services.GetRequiredService<ModelHost>();

    /// <summary>Stores a folder with random weights and returns what a request names it by.</summary>
    public async Task<ModelRef> Store(string name, int seed = 1, Action<NanoModel>? damage = null)
    {
        var model = new NanoModel(seed);
        _models.Add(model);
        damage?.Invoke(model);
        var folder = await _services.GetRequiredService<ArtifactFolders>().Pack(model.Path);
        return new() { Name = name, Folder = folder, Tier = "small", ContextLength = NanoModel.Shape.ContextLength };
    }

    /// <summary>Stores a folder that somebody else keeps.</summary>
    public async Task<ModelRef> Store(string name, string path)
    {
        var folder = await _services.GetRequiredService<ArtifactFolders>().Pack(path);
        return new() { Name = name, Folder = folder, Tier = "small", ContextLength = NanoModel.Shape.ContextLength };
    }

    /// <summary>Stores an adapter's folder; <paramref name="damage"/> gets the directory before it is packed.</summary>
    public async Task<ArtifactRef> Store(TestAdapter adapter, Action<string>? damage = null)
    {
        var directory = Path.Combine(_root, "adapters", Guid.NewGuid().ToString("n"));
        adapter.Write(directory);
        damage?.Invoke(directory);
        return await _services.GetRequiredService<ArtifactFolders>().Pack(directory);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _models.ForEach(model => model.Dispose());
        Directory.Delete(_root, recursive: true);
    }
}
