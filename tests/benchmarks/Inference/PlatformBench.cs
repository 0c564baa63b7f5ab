using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Benchmarks.Measures;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Orchestration.Registry;
using Aigc.Storage;
using Aigc.Storage.Artifacts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aigc.Benchmarks.Inference;

/// <summary>A platform and the bare engine with the same model and settings, asked the same.</summary>
internal sealed class PlatformBench : IAsyncDisposable
{
    private readonly TestPlatform _platform;
    private readonly IHost _services;
    private readonly HttpClient _http;
    private readonly Dictionary<string, EngineModel> _engines = [];

    private PlatformBench(TestPlatform platform, IHost services)
    {
        (_platform, _services) = (platform, services);
        _http = new HttpClient { BaseAddress = platform.Address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", platform.Key);
    }

    /// <summary>Starts both. Settings are those of <c>Aigc:</c>.</summary>
    public static async Task<PlatformBench> Start(IReadOnlyDictionary<string, string> settings)
    {
        var platform = await TestPlatform.Start([.. settings.Select(setting => ("Aigc__" + setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value))]);
        var bench = Host.CreateApplicationBuilder();
        bench.Configuration.AddInMemoryCollection([
            .. settings.Select(setting => KeyValuePair.Create("Aigc:" + setting.Key, (string?)setting.Value)), KeyValuePair.Create("Aigc:DataRoot", (string?)platform.Folder)]);
        bench.Services.AddStorage(bench.Configuration);
        bench.AddInference();
        bench.Services.AddDocuments<ModelDocument>("models", m => m.Tenant, m => m.Name, m => m.Digest, m => m.At);
        bench.Services.AddSingleton<ModelRegistry>();
        return new PlatformBench(platform, bench.Build());
    }

    /// <summary>Makes a folder known to the platform under a name, and loads it into the bare engine.</summary>
    public async Task Register(string name, string folder)
    {
        var packed = await _services.Services.GetRequiredService<ArtifactFolders>().Pack(folder);
        var reference = new ModelRef { Name = name, Folder = packed, Tier = "small", ContextLength = 2048 };
        await _services.Services.GetRequiredService<ModelRegistry>().Register(
            new RegisterModel { RunId = Guid.NewGuid(), Model = reference, Tenant = "default" }, CancellationToken.None);
        var loader = _services.Services.GetServices<IModelLoader>().First(known => known.Recognises(folder));
        _engines[name] = (EngineModel)loader.Load(new(reference, folder));
    }

    /// <summary>What the bare engine's loop has done with a model.</summary>
    public EngineStatistics Statistics(string name) => _engines[name].Generator.Statistics;

    /// <summary>Asks the bare engine. Milliseconds to the first text, and tokens of the answer.</summary>
    public async Task<(double First, int Tokens)> Bare(string name, string question, int tokens)
    {
        var (engine, began) = (_engines[name], Stopwatch.GetTimestamp());
        var prompt = engine.Prompts.Render([new ChatTurn { Role = "user", Content = question }]);
        var running = engine.Generator.Start(new GenerationRequest(prompt, new SamplingSpec { MaxTokens = tokens, Temperature = 0 }, began));
        await running.FirstText;
        var first = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return (first, (await running.Completion).CompletionTokens);
    }

    /// <summary>Asks through the door, as any OpenAI client does.</summary>
    public async Task<(double First, int Tokens)> Through(string name, string question, int tokens)
    {
        var began = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = JsonContent.Create(new
            {
                model = name,
                stream = true,
                stream_options = new { include_usage = true },
                max_tokens = tokens,
                temperature = 0,
                messages = new[] { new { role = "user", content = question } },
            }),
        };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (first, counted) = (0.0, 0);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (first == 0 && line.Contains("\"content\":\"", StringComparison.Ordinal) && !line.Contains("\"content\":\"\"", StringComparison.Ordinal))
                first = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (line.Contains("\"completion_tokens\":", StringComparison.Ordinal))
            {
                using var usage = JsonDocument.Parse(line.AsMemory("data: ".Length));
                counted = usage.RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32();
            }
        }

        return counted > 0 ? (first, counted) : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The answer of {name} ended after {first:F1} ms without saying how long it is."));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var engine in _engines.Values)
            await engine.DisposeAsync();
        await _platform.DisposeAsync();
        _services.Dispose();
    }
}
