using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aigc.Integration.Tests.Batches;
using Aigc.Integration.Tests.Chains;
using Aigc.Integration.Tests.Platform;

namespace Aigc.Integration.Tests.FineTuning;

public sealed class A_file_of_conversations
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task Becomes_a_model_that_answers_over_http_and_in_a_batch()
    {
        using var folder = new SmallChain();
        await using var served = RunningProgram.Start(
            "Aigc.Standalone", folder.Folder, new Dictionary<string, string> { ["Aigc__DataRoot"] = folder.DataRoot }, "--url", "http://127.0.0.1:0");
        using var http = await ServedDoor.Connect(served, folder.DataRoot);
        var file = await Read(await http.PostAsync(
            "/v1/files", new MultipartFormDataContent { { new StringContent("fine-tune"), "purpose" }, { new ByteArrayContent(Encoding.UTF8.GetBytes(Conversations(200))), "file", "greetings.jsonl" } }));

        var job = await Read(await http.PostAsJsonAsync("/v1/fine_tuning/jobs", new
        {
            model = "scratch-nano",
            training_file = Id(file),
            seed = 1,
            suffix = "greeter",
            method = new { type = "supervised", supervised = new { hyperparameters = new { n_epochs = 2 } } },
        }));
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (job.GetProperty("finished_at").ValueKind == JsonValueKind.Null)
        {
            Assert.True(waited.Elapsed < Patience, $"{job}\n{served.Output}");
            await Task.Delay(250);
            job = await Read(await http.GetAsync($"/v1/fine_tuning/jobs/{Id(job)}"));
        }

        Assert.True(job.GetProperty("status").GetString() == "succeeded", $"{job}\n{served.Output}");
        var model = job.GetProperty("fine_tuned_model").GetString()!;
        Assert.StartsWith("ft:scratch-nano:default:greeter:", model, StringComparison.Ordinal);
        var events = await Read(await http.GetAsync($"/v1/fine_tuning/jobs/{Id(job)}/events?limit=100"));
        Assert.Contains(events.GetProperty("data").EnumerateArray(), e => e.GetProperty("type").GetString() == "metrics" && e.GetProperty("data").TryGetProperty("train_loss", out _));
        Assert.Single((await Read(await http.GetAsync($"/v1/fine_tuning/jobs/{Id(job)}/checkpoints"))).GetProperty("data").EnumerateArray());
        var answer = await Read(await http.PostAsJsonAsync("/v1/chat/completions", new { model, max_tokens = 8, messages = new[] { new { role = "user", content = "Hello number 3" } } }));
        Assert.True(answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32() > 0);

        using var client = new BatchClient(http.BaseAddress!, http.DefaultRequestHeaders.Authorization!.Parameter!);
        var batch = await client.Start(model, 20);
        await client.HasOneAnswerForEveryLine(await client.End(batch, Patience), 20);
    }

    private static string Conversations(int count) => string.Join('\n', Enumerable.Range(1, count).Select(number => JsonSerializer.Serialize(new
    {
        messages = new[]
        {
            new { role = "system", content = "You greet people by their number and say something kind about the weather." },
            new { role = "user", content = $"Hello number {number}, how is the day?" },
            new { role = "assistant", content = $"Good day to you, number {number}. The sun is out over hill {number % 7} and the wind is mild from the east." },
        },
    })));

    private static string Id(JsonElement item) => item.GetProperty("id").GetString()!;

    private static async Task<JsonElement> Read(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
