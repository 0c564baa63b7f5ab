using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.ModelTraining.Tests.Imports;

namespace Aigc.Integration.Tests.Platform;

/// <summary>From a hub's repository to an answer, with the program as a person uses it.</summary>
public sealed class A_pulled_model : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigc-pulled-").FullName;
    private LoopbackHub _hub = null!;

    private string DataRoot => Path.Combine(_folder, "data");

    public async ValueTask InitializeAsync()
    {
        _hub = await LoopbackHub.Start();
        foreach (var (name, bytes) in NanoFiles.All)
        {
            _hub.Files[name] = bytes;
            _hub.Files["sizes/nano/" + name] = bytes;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Answers_a_completion()
    {
        _hub.Cut(NanoFiles.All.MaxBy(file => file.Value.Length).Key, 1);
        await using var pull = Program("pull", LoopbackHub.Model, "--as", "pulled", "--tier", "small");
        Assert.True(await pull.Exit(TimeSpan.FromMinutes(3)) == 0, pull.Output);
        Assert.Contains($"{LoopbackHub.Model}@{LoopbackHub.Sha}", Flat(pull), StringComparison.Ordinal);

        await using var served = Program("--url", "http://127.0.0.1:0");
        using var http = await ServedDoor.Connect(served, DataRoot);
        var models = await http.GetFromJsonAsync<JsonElement>("/v1/models");
        Assert.Contains("pulled", models.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        await Completes(http, "pulled");

        // With a platform running, the command uses that one.
        await using var second = Program("pull", LoopbackHub.Model, "--subfolder", "sizes/nano", "--tier", "small");
        Assert.True(await second.Exit(TimeSpan.FromMinutes(3)) == 0, second.Output);
        await Completes(http, "nano-sizes-nano");
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(DataRoot, "work", "imports")));
    }

    [Fact]
    public async Task That_the_hub_does_not_have_is_refused_with_its_name()
    {
        await using var pull = Program("pull", "someone/nothing");
        Assert.NotEqual(0, await pull.Exit(TimeSpan.FromMinutes(3)));
        Assert.Contains("someone/nothing", Flat(pull), StringComparison.Ordinal);
    }

    private static async Task Completes(HttpClient http, string model)
    {
        using var answer = await http.PostAsJsonAsync("/v1/completions", new { model, prompt = "Gets the value", max_tokens = 5, temperature = 0 });
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        var completion = JsonSerializer.Deserialize<JsonElement>(body);
        Assert.Equal(model, completion.GetProperty("model").GetString());
        Assert.InRange(completion.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), 1, 5);
    }

    // The terminal's lines break where they are full.
    private static string Flat(RunningProgram program) => program.Output.ReplaceLineEndings("");

    private RunningProgram Program(params string[] arguments) => RunningProgram.Start(
        "Aigc.Standalone",
        _folder,
        new Dictionary<string, string>
        {
            ["Aigc__DataRoot"] = DataRoot,
            ["Aigc__Imports__Hub"] = _hub.Address.AbsoluteUri,
            ["Aigc__Imports__AllowPrivateAddresses"] = "true",
            ["Aigc__Imports__RetryPause"] = "00:00:00.010",
        },
        arguments);
}
