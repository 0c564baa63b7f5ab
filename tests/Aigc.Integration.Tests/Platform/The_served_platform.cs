using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Integration.Tests.Chains;

namespace Aigc.Integration.Tests.Platform;

public sealed class The_served_platform
{
    [Fact]
    public async Task Streams_a_chat_with_the_model_a_chain_has_made_and_tells_its_lineage()
    {
        using var chain = new SmallChain();
        var environment = new Dictionary<string, string> { ["Aigc__DataRoot"] = chain.DataRoot };
        await using var run = RunningProgram.Start("Aigc.Standalone", chain.Folder, environment, "run", "chain.yaml");
        Assert.True(await run.Exit(TimeSpan.FromMinutes(5)) == 0, run.Output);
        await using var served = RunningProgram.Start("Aigc.Standalone", chain.Folder, environment, "--url", "http://127.0.0.1:0");
        using var http = await ServedDoor.Connect(served, chain.DataRoot);

        using var answer = await http.PostAsJsonAsync(
            "/v1/chat/completions",
            new { model = "small", stream = true, max_tokens = 8, messages = new[] { new { role = "user", content = "What is a list?" } } });
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.All(lines, line => Assert.StartsWith("data: ", line, StringComparison.Ordinal));
        Assert.Equal("data: [DONE]", lines[^1]);

        var chains = await http.GetFromJsonAsync<JsonElement>("/api/jobs?kind=chain");
        var id = chains.GetProperty("data")[0].GetProperty("id").GetString();
        var lineage = await http.GetFromJsonAsync<JsonElement>($"/api/lineage/{id}");
        string[] activities = [.. lineage.GetProperty("activities").EnumerateArray().Select(activity => activity.GetProperty("activity").GetString()!).Distinct()];
        Assert.Equal(["dataset-build", "generation", "labeling-campaign", "publication", "training-run"], activities.Order());
    }

    [Fact]
    public async Task Lets_nobody_in_without_a_key_and_keeps_the_key_from_others_on_the_machine()
    {
        using var chain = new SmallChain();
        await using var served = RunningProgram.Start(
            "Aigc.Standalone", chain.Folder, new Dictionary<string, string> { ["Aigc__DataRoot"] = chain.DataRoot }, "--url", "http://127.0.0.1:0");
        using var http = await ServedDoor.Connect(served, chain.DataRoot);
        http.DefaultRequestHeaders.Authorization = null;

        foreach (var path in new[] { "/v1/models", "/api/jobs", "/api/datasets", "/api/lineage/x", "/openapi/v1.json" })
        {
            using var response = await http.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(chain.DataRoot, "api-key")));
        }
    }
}
