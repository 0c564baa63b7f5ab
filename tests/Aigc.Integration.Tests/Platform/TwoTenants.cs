using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aigc.Integration.Tests.Chains;
using Aigc.Standalone.Platform;

namespace Aigc.Integration.Tests.Platform;

/// <summary>
/// The whole platform in this process, with two tenants: one that a chain has given something of everything, and one that has
/// nothing but a key with every scope.
/// </summary>
public sealed class TwoTenants : IAsyncLifetime
{
    private readonly SmallChain _chain = new();
    private PlatformHost _platform = null!;

    /// <summary>Requests of the tenant that has everything.</summary>
    public HttpClient Owner { get; private set; } = null!;

    /// <summary>Requests of the tenant that has nothing.</summary>
    public HttpClient Other { get; private set; } = null!;

    /// <summary>Requests of nobody.</summary>
    public HttpClient Nobody { get; private set; } = null!;

    /// <summary>Requests of nobody to the port of the services, past the door.</summary>
    public HttpClient PastTheDoor { get; private set; } = null!;

    /// <summary>Real ids of the first tenant, by the beginning of the routes that take them.</summary>
    public IReadOnlyDictionary<string, string> Ids { get; private set; } = new Dictionary<string, string>();

    internal IReadOnlyList<Route> Routes { get; private set; } = [];

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        var settings = new PlatformSettings { Url = "http://127.0.0.1:0", DataRoot = _chain.DataRoot, FileRoots = [Path.GetPathRoot(_chain.DataRoot)!] };
        _platform = await PlatformHost.Start(settings, CancellationToken.None);
        Routes = [.. _platform.Routes.SelectMany(Route.Of).Distinct().OrderBy(route => route.Pattern, StringComparer.Ordinal)];
        Nobody = Client(_platform.Address, null);
        PastTheDoor = Client(_platform.ServicesAddress, null);
        Owner = Client(_platform.Address, _platform.Key!.Secret);
        Ids = await Fill(await RunChain());
        var acme = await Read(await Owner.PostAsJsonAsync("/api/tenants", new { id = "acme", name = "Acme" }));
        Other = Client(_platform.Address, acme.GetProperty("key").GetProperty("secret").GetString());
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var client in new[] { Owner, Other, Nobody, PastTheDoor })
        {
            client?.Dispose();
        }

        await _platform.DisposeAsync();
        _chain.Dispose();
    }

    private async Task<string> RunChain()
    {
        using var document = new StringContent(await System.IO.File.ReadAllTextAsync(Path.Combine(_chain.Folder, "chain.yaml")), Encoding.UTF8, "application/yaml");
        var job = (await Read(await Owner.PostAsync($"/api/chains?base={Uri.EscapeDataString(_chain.Folder)}", document))).GetProperty("id").GetString()!;
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        string? status;
        JsonElement seen;
        do
        {
            await Task.Delay(500, late.Token);
            seen = await Owner.GetFromJsonAsync<JsonElement>($"/api/jobs/{job}", late.Token);
            status = seen.GetProperty("status").GetString();
        }
        while (status is not ("succeeded" or "failed" or "cancelled"));
        Assert.True(status == "succeeded", seen.ToString());
        return job;
    }

    private async Task<IReadOnlyDictionary<string, string>> Fill(string job)
    {
        var campaign = await First("/api/annotation/campaigns", "id");
        var user = await Read(await Owner.PostAsJsonAsync("/api/users", new { email = "mei@example.com", role = "viewer" }));
        var (dataset, file) = (await First("/api/datasets", "digest"), await File());
        using var budget = await Owner.PutAsJsonAsync("/api/budgets/tenant/default", new { tokensPerMinute = 1_000_000 });
        return new Dictionary<string, string>
        {
            ["/api/jobs/"] = job,
            ["/api/chains/"] = job,
            ["/api/datasets/"] = dataset,
            ["/api/datasets/{digest}/rules/"] = $"{dataset}|{(await Owner.GetFromJsonAsync<JsonElement>($"/api/datasets/{dataset}/rules")).GetProperty("data")[0].GetProperty("id").GetString()}?threshold=0.5",
            ["/api/budgets/"] = "tenant|default",
            ["/api/webhooks/"] = await Made("/api/webhooks", new { url = "https://93.184.215.14/told", events = new[] { "job.succeeded" } }),
            ["/v1/files/"] = file,
            ["/v1/uploads/"] = await Made("/v1/uploads", new { purpose = "batch", filename = "lines.jsonl", bytes = 10, mime_type = "application/jsonl" }),
            ["/v1/batches/"] = await Made("/v1/batches", new { input_file_id = file, endpoint = "/v1/chat/completions", completion_window = "24h" }),
            ["/v1/fine_tuning/jobs/"] = await Tuning(),
            ["/v1/responses/"] = await Made("/v1/responses", new { model = "small", input = "What is it?", max_output_tokens = 4 }),
            ["/api/annotation/campaigns/"] = campaign,
            ["/api/annotation/tasks/"] = await First($"/api/annotation/campaigns/{campaign}/tasks", "id"),
            ["/api/training/runs/"] = await First("/api/training/runs", "id"),
            ["/api/publications/"] = await First("/api/publications", "id"),
            ["/api/models/"] = "small",
            ["/api/models/{model}/versions/"] = $"small|{(await Owner.GetFromJsonAsync<JsonElement>("/api/models/small/versions")).GetProperty("data")[0].GetProperty("digest").GetString()}",
            ["/v1/models/"] = "small",
            ["/api/lineage/"] = job,
            ["/api/keys/"] = await First("/api/keys", "id"),
            ["/api/users/"] = user.GetProperty("id").GetString()!,
            ["/api/tenants/"] = "default",
            // Nothing fails here; whoever may not ask is told so before it is looked for.
            ["/api/faults/"] = "00000000000000000000000000000000",
        };
    }

    private async Task<string> File(string purpose = "batch", int lines = 1)
    {
        var line = purpose == "batch"
            ? """{"custom_id":"one","method":"POST","url":"/v1/chat/completions","body":{"model":"small","max_tokens":4,"messages":[{"role":"user","content":"What is it?"}]}}"""
            : """{"messages":[{"role":"user","content":"What is it?"},{"role":"assistant","content":"It is a stream."}]}""";
        using var form = new MultipartFormDataContent
        {
            { new StringContent(purpose), "purpose" },
            { new StringContent(string.Join('\n', Enumerable.Repeat(line, lines))), "file", "lines.jsonl" },
        };
        return (await Read(await Owner.PostAsync("/v1/files", form))).GetProperty("id").GetString()!;
    }

    // Nobody waits for it: it is there to be asked for by somebody else.
    private async Task<string> Tuning()
    {
        var tuning = await Made("/v1/fine_tuning/jobs", new { model = "scratch-nano", training_file = await File("fine-tune", 12) });
        (await Owner.PostAsync($"/v1/fine_tuning/jobs/{tuning}/cancel", null)).Dispose();
        return tuning;
    }

    private async Task<string> Made(string route, object body) => (await Read(await Owner.PostAsJsonAsync(route, body))).GetProperty("id").GetString()!;

    private async Task<string> First(string list, string id)
    {
        var first = (await Owner.GetFromJsonAsync<JsonElement>(list)).GetProperty("data")[0];
        return first.TryGetProperty(id, out var value) ? value.ToString() : throw new InvalidOperationException($"{list} has no {id}: {first}");
    }

    private static async Task<JsonElement> Read(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            return response.IsSuccessStatusCode ? JsonSerializer.Deserialize<JsonElement>(text) : throw new InvalidOperationException(text);
        }
    }

    private static HttpClient Client(Uri address, string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }
}
