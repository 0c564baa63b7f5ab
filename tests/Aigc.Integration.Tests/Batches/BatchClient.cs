using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Aigc.Integration.Tests.Batches;

/// <summary>A client that has a platform answer many requests as one batch, and does not mind when it is away for a while.</summary>
internal sealed class BatchClient : IDisposable
{
    /// <summary>How long the chain that makes the model may take.</summary>
    public static readonly TimeSpan ChainPatience = TimeSpan.FromMinutes(6);

    /// <summary>Leases that run out soon: the dead are noticed while the test still kills.</summary>
    public static readonly IReadOnlyDictionary<string, string> Quick = new Dictionary<string, string> { ["Aigc__Work__Lease"] = "00:00:04", ["Aigc__Work__Heartbeat"] = "00:00:01" };

    private readonly HttpClient _http;

    public BatchClient(Uri platform, string key)
    {
        _http = new HttpClient { BaseAddress = platform, Timeout = TimeSpan.FromSeconds(20) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>How many requests a fault test makes: <c>AIGC_TEST_LINES</c>; three hundred where it is not set.</summary>
    public static int Lines { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("AIGC_TEST_LINES"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var set) ? set : 300;

    /// <summary>How long a batch may take once nobody kills any more.</summary>
    public static TimeSpan Patience => TimeSpan.FromMinutes(4) + TimeSpan.FromSeconds(0.1 * Lines);

    /// <summary>Uploads the requests and starts the batch.</summary>
    public async Task<string> Start(string model, int lines)
    {
        var text = new StringBuilder();
        for (var line = 1; line <= lines; line++)
        {
            text.Append(JsonSerializer.Serialize(new
            {
                custom_id = CustomId(line),
                method = "POST",
                url = "/v1/chat/completions",
                body = new { model, max_tokens = 24, messages = new[] { new { role = "user", content = $"What is the use of list number {line}?" } } },
            })).Append('\n');
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var file = await Ask(() => _http.PostAsync(
            "/v1/files", new MultipartFormDataContent { { new StringContent("batch"), "purpose" }, { new ByteArrayContent(bytes), "file", "requests.jsonl" } }));
        var batch = await Ask(() => _http.PostAsJsonAsync("/v1/batches", new { input_file_id = Id(file), endpoint = "/v1/chat/completions", completion_window = "24h" }));
        return Id(batch);
    }

    /// <summary>Where the batch stands; null while the platform is away.</summary>
    public async Task<JsonElement?> Look(string batch)
    {
        try
        {
            using var response = await _http.GetAsync($"/v1/batches/{batch}");
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>() : null;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }

    /// <summary>The batch once it has ended.</summary>
    public async Task<JsonElement> End(string batch, TimeSpan patience)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (waited.Elapsed < patience)
        {
            if (await Look(batch) is { } found && HasEnded(found))
            {
                return found;
            }

            await Task.Delay(250);
        }

        throw new TimeoutException($"The batch did not end within {patience}: {await Look(batch)}");
    }

    public static bool HasEnded(JsonElement batch) => batch.GetProperty("status").GetString() is "completed" or "failed" or "expired" or "cancelled";

    /// <summary>Every request has one line in the output file, answered.</summary>
    public async Task HasOneAnswerForEveryLine(JsonElement batch, int lines)
    {
        Assert.True(batch.GetProperty("status").GetString() == "completed" && batch.GetProperty("error_file_id").ValueKind == JsonValueKind.Null, batch.ToString());
        Assert.Equal(lines, batch.GetProperty("request_counts").GetProperty("completed").GetInt32());
        var text = await _http.GetStringAsync($"/v1/files/{batch.GetProperty("output_file_id").GetString()}/content");
        var answers = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
        Assert.Equal(Enumerable.Range(1, lines).Select(CustomId), answers.Select(answer => answer.GetProperty("custom_id").GetString()));
        Assert.All(answers, answer => Assert.True(answer.GetProperty("response").GetProperty("body").GetProperty("usage").GetProperty("completion_tokens").GetInt32() > 0));
    }

    public void Dispose() => _http.Dispose();

    private static string CustomId(int line) => $"line-{line.ToString("D6", CultureInfo.InvariantCulture)}";

    private static string Id(JsonElement item) => item.GetProperty("id").GetString()!;

    /// <summary>Asks until the platform is there.</summary>
    private static async Task<JsonElement> Ask(Func<Task<HttpResponseMessage>> request)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var response = await request();
                if ((int)response.StatusCode < 500 || waited.Elapsed > TimeSpan.FromMinutes(1))
                {
                    Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
                    return await response.Content.ReadFromJsonAsync<JsonElement>();
                }
            }
            catch (HttpRequestException) when (waited.Elapsed < TimeSpan.FromMinutes(1))
            {
                // It is still starting.
            }

            await Task.Delay(200);
        }
    }
}
