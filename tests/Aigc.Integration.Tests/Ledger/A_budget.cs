using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Integration.Tests.Platform;

namespace Aigc.Integration.Tests.Ledger;

public sealed class A_budget : IDisposable
{
    private const long Budget = 20_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("aigc-budget-").FullName;

    private string DataRoot => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Is_not_overspent_by_a_thousand_calls_at_once_and_those_refused_cost_nothing()
    {
        Directory.CreateDirectory(DataRoot);
        NanoFolder.Write(Path.Combine(_folder, "nano"));
        await using var served = RunningProgram.Start("Aigc.Standalone", _folder, Settings(), "--url", "http://127.0.0.1:0");
        using var http = await Connect(served);
        await Import(http);
        await Send(http, HttpMethod.Post, "/api/prices", new { model = "nano", rates = new { input_tokens = 1_000_000, cached_input_tokens = 500_000, output_tokens = 2_000_000 } });
        await Send(http, HttpMethod.Put, "/api/budgets/tenant/default", new { amount = "0.00002", period = "total" });
        var spentBefore = await SpentOnTheImport(http);
        await Send(http, HttpMethod.Put, "/api/budgets/tenant/default", new { amount = Amount(spentBefore + Budget), period = "total" });
        // What is known of an account is known for two seconds.
        await Task.Delay(TimeSpan.FromSeconds(3));

        var statuses = new ConcurrentBag<HttpStatusCode>();
        long cost = 0;
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(async i =>
        {
            using var answer = await http.PostAsJsonAsync("/v1/chat/completions", new { model = "nano", max_tokens = 4, messages = new[] { new { role = "user", content = $"Number {i}?" } } });
            statuses.Add(answer.StatusCode);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            if (answer.IsSuccessStatusCode)
            {
                Interlocked.Add(ref cost, Cost(body.GetProperty("usage")));
            }
            else
            {
                Assert.Equal("insufficient_quota", body.GetProperty("error").GetProperty("code").GetString());
            }
        }));

        var answered = statuses.Count(status => status == HttpStatusCode.OK);
        Assert.All(statuses, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, status.ToString()));
        Assert.InRange(answered, 1, 999);
        var spent = await Settled(http, answered);
        TestContext.Current.TestOutputHelper?.WriteLine($"{answered} answered, {1_000 - answered} refused, {spent} of {Budget} spent");
        Assert.Equal(cost, spent);
        Assert.True(spent <= Budget, $"{spent} of {Budget}");
        Assert.Equal(spent, (await Account(http)).GetProperty("spent").GetInt64() - spentBefore);

        var entries = await Entries(http);
        Assert.Equal(answered, entries.Count(entry => entry.GetProperty("kind").GetString() == "text"));
        Assert.Equal(spent, entries.Where(entry => entry.GetProperty("kind").GetString() == "text").Sum(entry => entry.GetProperty("money").GetInt64()));
        var organization = await http.GetFromJsonAsync<JsonElement>($"/v1/organization/usage/completions?start_time={DateTimeOffset.UnixEpoch.AddYears(56).ToUnixTimeSeconds()}&limit=180&bucket_width=1d&group_by=model");
        Assert.Equal("page", organization.GetProperty("object").GetString());
    }

    private static long Cost(JsonElement usage)
    {
        var cached = usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt64();
        return usage.GetProperty("prompt_tokens").GetInt64() - cached + ((cached + 1) / 2) + (2 * usage.GetProperty("completion_tokens").GetInt64());
    }

    private static string Amount(long billionths) => (billionths / 1e9m).ToString("0.000000000", System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<long> SpentOnTheImport(HttpClient http)
    {
        while (true)
        {
            var total = (await http.GetFromJsonAsync<JsonElement>("/api/usage")).GetProperty("total");
            var spent = (await Account(http)).GetProperty("spent").GetInt64();
            if (total.GetProperty("entries").GetInt64() == 1 && total.GetProperty("money").GetInt64() == spent)
            {
                return spent;
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<long> Settled(HttpClient http, int answers)
    {
        while (true)
        {
            var usage = await http.GetFromJsonAsync<JsonElement>("/api/usage?group_by=kind");
            var text = usage.GetProperty("data").EnumerateArray().FirstOrDefault(line => line.GetProperty("group").GetString() == "text");
            if (text.ValueKind == JsonValueKind.Object && text.GetProperty("entries").GetInt64() == answers)
            {
                return text.GetProperty("money").GetInt64();
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<List<JsonElement>> Entries(HttpClient http)
    {
        var (entries, after) = (new List<JsonElement>(), "");
        while (true)
        {
            var page = await http.GetFromJsonAsync<JsonElement>($"/api/usage/entries?limit=300{after}");
            entries.AddRange(page.GetProperty("data").EnumerateArray());
            if (!page.GetProperty("has_more").GetBoolean())
            {
                return entries;
            }

            after = $"&after={page.GetProperty("last_id").GetString()}";
        }
    }

    private static Task<JsonElement> Account(HttpClient http) => http.GetFromJsonAsync<JsonElement>("/api/budgets/tenant/default");

    private static async Task<JsonElement> Send(HttpClient http, HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var answer = await http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task Import(HttpClient http)
    {
        var job = await Send(http, HttpMethod.Post, "/api/imports", new { source = new { directory = Path.Combine(_folder, "nano") }, name = "nano" });
        var id = job.GetProperty("id").GetString();
        string? status;
        do
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            job = await http.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}");
            status = job.GetProperty("status").GetString();
            Assert.NotEqual("failed", status);
        }
        while (status != "succeeded");
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["Aigc__DataRoot"] = DataRoot,
        ["Aigc__Files__Roots__0"] = _folder,
        ["Aigc__Gateway__RequestsPerMinute"] = "1000000",
        ["Aigc__Application__MaxOpenAnswers"] = "2000",
        ["Aigc__Inference__WaitingLine"] = "4000",
    };

    private async Task<HttpClient> Connect(RunningProgram served)
    {
        var address = Path.Combine(DataRoot, "address.json");
        while (!File.Exists(address))
        {
            Assert.False(await served.ExitsWithin(TimeSpan.FromMilliseconds(100)), served.Output);
        }

        var http = new HttpClient { BaseAddress = JsonSerializer.Deserialize<Uri>(await File.ReadAllTextAsync(address)), Timeout = TimeSpan.FromMinutes(4) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(DataRoot, "api-key"))).Trim());
        return http;
    }
}
