using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Registry;
using Aigc.Storage.Artifacts;

namespace Aigc.Orchestration.Tests.Models;

/// <summary>The service with models whose files are really stored.</summary>
internal sealed class ModelBench(OrchestrationHost host) : IAsyncDisposable
{
    public OrchestrationHost Host => host;

    public HttpClient Owner { get; } = host.Client();

    public IArtifactStore Artifacts => host.Get<IArtifactStore>();

    public static async Task<ModelBench> Start() => new(await OrchestrationHost.Start());

    /// <summary>Stores a folder of these files.</summary>
    public async Task<ArtifactRef> Pack(params (string Name, string Text)[] files)
    {
        var directory = Directory.CreateTempSubdirectory("aigc-model-");
        try
        {
            foreach (var (name, text) in files)
            {
                await File.WriteAllTextAsync(Path.Combine(directory.FullName, name), text);
            }

            return await host.Get<ArtifactFolders>().Pack(directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Stores and registers a version whose weights say this.</summary>
    public async Task<RegisterModel> Register(string weights, string name = "m", string tenant = "default", ArtifactRef? adapterOf = null)
    {
        var own = await Pack(("model.onnx", weights), ("tokenizer.json", "the same in all"));
        var command = new RegisterModel
        {
            RunId = Guid.NewGuid(),
            Tenant = tenant,
            Model = new ModelRef { Name = name, Folder = adapterOf ?? own, Adapter = adapterOf is null ? null : own, Tier = "small", ContextLength = 64 },
        };
        await host.Get<ModelRegistry>().Register(command, CancellationToken.None);
        return command;
    }

    /// <summary>Weights and tokenizer that are stored, of one folder.</summary>
    public async Task<(bool Manifest, bool Weights, bool Tokenizer)> Stored(string weights, ArtifactRef folder) =>
        (await Artifacts.Exists(folder.Digest), await Artifacts.Exists(Digest.Of(weights)), await Artifacts.Exists(Digest.Of("the same in all")));

    public async Task<string?> Served(string name = "m", string tenant = "default") =>
        await host.Get<ModelRegistry>().Find(tenant, name, CancellationToken.None) is { } found ? ModelVersions.DigestOf(found.Model) : null;

    public async Task<JsonElement> Versions(string name = "m") => (await Owner.GetFromJsonAsync<JsonElement>($"/api/models/{name}/versions")).GetProperty("data");

    public async Task<HttpStatusCode> Promote(RegisterModel version, HttpClient? by = null)
    {
        using var answer = await (by ?? Owner).PostAsync($"{Address(version)}/promote", null);
        return answer.StatusCode;
    }

    public async Task<HttpStatusCode> Erase(RegisterModel version, HttpClient? by = null)
    {
        using var answer = await (by ?? Owner).DeleteAsync(Address(version));
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        Owner.Dispose();
        await host.DisposeAsync();
    }

    public static string DigestOf(RegisterModel version) => ModelVersions.DigestOf(version.Model);

    private static string Address(RegisterModel version) => $"/api/models/{version.Model.Name}/versions/{DigestOf(version)}";
}
