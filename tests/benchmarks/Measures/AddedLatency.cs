using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests;
using Aigc.Orchestration.Registry;
using Aigc.Storage;
using Aigc.Storage.Artifacts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aigc.Benchmarks.Measures;

/// <summary>
/// Time to first token through HTTP, gateway, application, bus and worker, beside the engine called in the same process: the same
/// folder, the same prompt, alternating.
/// </summary>
internal static class AddedLatency
{
    private const int Rounds = 300;
    private const int WarmUp = 30;
    private const string Question = "Returns the number of elements in the collection";

    public static async Task Measure()
    {
        using var model = new NanoModel();
        await using var platform = await TestPlatform.Start();
        var bench = Host.CreateApplicationBuilder();
        bench.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Aigc:DataRoot"] = platform.Folder });
        bench.Services.AddStorage(bench.Configuration);
        bench.AddInference();
        bench.Services.AddDocuments<ModelDocument>("models", m => m.Tenant, m => m.Name, m => m.Digest, m => m.At);
        bench.Services.AddSingleton<ModelRegistry>();
        using var services = bench.Build();
        var reference = await Register(services.Services, model);
        var engine = (EngineModel)services.Services.GetServices<IModelLoader>().First(loader => loader.Recognises(model.Path)).Load(new(reference, model.Path));
        using var http = new HttpClient { BaseAddress = platform.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", platform.Key);

        var (direct, through) = (new List<double>(), new List<double>());
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            var bare = await Direct(engine);
            var whole = await Through(http);
            if (round >= WarmUp)
            {
                direct.Add(bare);
                through.Add(whole);
            }
        }

        Report.Row("time to first token, engine in process, p50", Report.Percentile(direct, 0.5), "F2", "ms");
        Report.Row("time to first token, through the platform, p50", Report.Percentile(through, 0.5), "F2", "ms");
        Report.Row("added, p50", Report.Percentile(through, 0.5) - Report.Percentile(direct, 0.5), "F2", "ms, in-memory bus");
        Report.Row("added, p99", Report.Percentile(through, 0.99) - Report.Percentile(direct, 0.99), "F2", "ms, in-memory bus");
        await engine.Generator.DisposeAsync();
    }

    private static async Task<ModelRef> Register(IServiceProvider services, NanoModel model)
    {
        var folder = await services.GetRequiredService<ArtifactFolders>().Pack(model.Path);
        var reference = new ModelRef { Name = "bench", Folder = folder, Tier = "small", ContextLength = NanoModel.Shape.ContextLength };
        await services.GetRequiredService<ModelRegistry>().Register(
            new RegisterModel { RunId = Guid.NewGuid(), Model = reference, Tenant = "default" }, CancellationToken.None);
        return reference;
    }

    private static async Task<double> Direct(EngineModel engine)
    {
        var began = Stopwatch.GetTimestamp();
        var prompt = engine.Prompts.Render([new ChatTurn { Role = "user", Content = Question }]);
        var running = engine.Generator.Start(new GenerationRequest(prompt, new SamplingSpec { MaxTokens = 8, Temperature = 0 }, began));
        await running.FirstText;
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        await running.Completion;
        return took;
    }

    private static async Task<double> Through(HttpClient http)
    {
        var began = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = JsonContent.Create(new { model = "bench", stream = true, max_tokens = 8, temperature = 0, messages = new[] { new { role = "user", content = Question } } }),
        };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        double? took = null;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (took is null && line.Contains("\"content\":\"", StringComparison.Ordinal) && !line.Contains("\"content\":\"\"", StringComparison.Ordinal))
            {
                took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        }

        return took ?? Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
