using System.Text.Json;
using Aigc.Application.Tests.Files;

namespace Aigc.Application.Tests.Batches;

/// <summary>Batches that tests start and follow.</summary>
public abstract class BatchTest : FileTest
{
    internal const string Chat = "/v1/chat/completions";

    internal static async Task<JsonElement> Start(HttpClient client, string requests, object? more = null, string endpoint = Chat)
    {
        var file = Id(await Upload(client, requests, "batch"));
        return await Post(client, "/v1/batches", more ?? new { input_file_id = file, endpoint, completion_window = "24h" });
    }

    internal static string Status(JsonElement batch) => batch.GetProperty("status").GetString()!;

    /// <summary>The batch once it has one of the states.</summary>
    internal static async Task<JsonElement> Reaches(HttpClient client, string id, params string[] states)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var batch = await Json(await client.GetAsync($"/v1/batches/{id}", limit.Token));
            if (states.Contains(Status(batch)))
            {
                return batch;
            }

            Assert.False(Status(batch) is "completed" or "failed" or "expired" or "cancelled", $"It ended: {batch}");
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>The lines of the output (<c>output_file_id</c>) or error file (<c>error_file_id</c>); none where there is no file.</summary>
    internal static async Task<IReadOnlyList<JsonElement>> Lines(HttpClient client, JsonElement batch, string which)
    {
        if (batch.GetProperty(which).GetString() is not { } file)
        {
            return [];
        }

        var text = await client.GetStringAsync($"/v1/files/{file}/content", Ct);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }

    internal static string CustomId(JsonElement line) => line.GetProperty("custom_id").GetString()!;

    internal static (int Total, int Completed, int Failed) Counts(JsonElement batch)
    {
        var counts = batch.GetProperty("request_counts");
        return (counts.GetProperty("total").GetInt32(), counts.GetProperty("completed").GetInt32(), counts.GetProperty("failed").GetInt32());
    }
}
