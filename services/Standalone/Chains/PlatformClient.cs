using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Storage.Documents;

namespace Aigc.Standalone.Chains;

/// <summary>A job as the API shows it.</summary>
internal sealed record JobInfo
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required JobStatus Status { get; init; }

    public string? Title { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public Problem? Error { get; init; }

    public IReadOnlyDictionary<string, string> Result { get; init; } = new Dictionary<string, string>();

    public StepUsage? Usage { get; init; }

    public IReadOnlyList<JobInfo> Children { get; init; } = [];

    public bool Ended => Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;
}

/// <summary>One entry of a job's event stream: a change (kind and status are set) or progress (unit is set).</summary>
internal sealed record JobEventInfo
{
    public required Guid JobId { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? Kind { get; init; }

    public JobStatus? Status { get; init; }

    public string? Stage { get; init; }

    public string? Title { get; init; }

    public Problem? Error { get; init; }

    public IReadOnlyDictionary<string, string> Result { get; init; } = new Dictionary<string, string>();

    public double Done { get; init; }

    public double? Total { get; init; }

    public string? Unit { get; init; }

    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();
}

/// <summary>A training run as the API shows it.</summary>
internal sealed record TrainingRunInfo
{
    public EvaluationReport? Evaluation { get; init; }
}

/// <summary>The platform said no, in its own words.</summary>
internal sealed class PlatformRefusedException(string message) : Exception(message);

/// <summary>Talks to a platform the way anybody does: over its API, with a key.</summary>
internal sealed class PlatformClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly HttpClient _http;

    public PlatformClient(Uri address, string key)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Starts a chain, or finds the one started with this key.</summary>
    public Task<JobInfo> Submit(string document, string baseDirectory, string key, CancellationToken ct) => Patiently(
        async () =>
        {
            var query = $"/api/chains?base={Uri.EscapeDataString(baseDirectory)}&key={Uri.EscapeDataString(key)}";
            using var content = new StringContent(document, Encoding.UTF8, "application/yaml");
            using var response = await _http.PostAsync(query, content, ct);
            return await Read<JobInfo>(response, ct);
        },
        ct);

    /// <summary>Starts an import, or finds the one started with this key.</summary>
    public Task<JobInfo> Import(object body, string key, CancellationToken ct) => Patiently(
        async () =>
        {
            using var content = new StringContent(JsonSerializer.Serialize(body, DocumentJson.Options), Encoding.UTF8, "application/json");
            using var response = await _http.PostAsync($"/api/imports?key={Uri.EscapeDataString(key)}", content, ct);
            return await Read<JobInfo>(response, ct);
        },
        ct);

    /// <summary>
    /// The job of this request that has not ended, or a new one. Jobs of one request are numbered, and the number is part of the
    /// request's key: the same key finds the same job, whoever was killed in between.
    /// </summary>
    public async Task<JobInfo> Open(string identity, Func<string, Task<JobInfo>> submit, CancellationToken ct)
    {
        var started = TimeProvider.System.GetUtcNow();
        for (var number = 1; ; number++)
        {
            var job = await submit($"{identity}/{number.ToString(CultureInfo.InvariantCulture)}");
            // A job in which everything is known already may have ended before it is looked at.
            if (job.CreatedAt >= started || !(await Get(job.Id, ct)).Ended)
            {
                return job;
            }
        }
    }

    public Task<JobInfo> Get(Guid id, CancellationToken ct) => Patiently(
        async () =>
        {
            using var response = await _http.GetAsync($"/api/jobs/{id}", ct);
            return await Read<JobInfo>(response, ct);
        },
        ct);

    /// <summary>Loss curve of a training run; empty while there is none.</summary>
    public Task<IReadOnlyList<LossPoint>> LossOf(Guid run, CancellationToken ct) => Patiently(
        async () =>
        {
            using var response = await _http.GetAsync($"/api/training/runs/{run}", ct);
            return response.StatusCode == HttpStatusCode.NotFound ? [] : (await Read<TrainingRunInfo>(response, ct)).Evaluation?.Loss ?? [];
        },
        ct);

    /// <summary>
    /// What happens to a job and all it orders, until it has ended. A stream that breaks off is taken up after the last event that
    /// came: the platform may be restarted under it.
    /// </summary>
    public async IAsyncEnumerable<JobEventInfo> Follow(Guid id, [EnumeratorCancellation] CancellationToken ct)
    {
        string? last = null;
        while (true)
        {
            using var response = await Patiently(() => Open(id, last, ct), ct);
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            await using var items = SseParser.Create(stream).EnumerateAsync(ct).GetAsyncEnumerator(ct);
            while (await Next(items))
            {
                last = items.Current.EventId ?? last;
                yield return JsonSerializer.Deserialize<JobEventInfo>(items.Current.Data, DocumentJson.Options)!;
            }

            if ((await Get(id, ct)).Ended)
            {
                yield break;
            }
        }
    }

    /// <summary>Asks once, and gives the answer as it is: for what must not be repeated.</summary>
    public async Task<JsonElement> Call(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(JsonSerializer.Serialize(body, DocumentJson.Options), Encoding.UTF8, "application/json");
        }

        using var response = await _http.SendAsync(request, ct);
        return await Read<JsonElement>(response, ct);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> Open(Guid id, string? last, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/events");
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        return (await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct)).EnsureSuccessStatusCode();
    }

    /// <summary>False at the end of the stream, however it came to it.</summary>
    private static async Task<bool> Next(IAsyncEnumerator<SseItem<string>> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Tries again while the platform is away: parts of it may be restarting. Every request here may be repeated.</summary>
    private static async Task<T> Patiently<T>(Func<Task<T>> request, CancellationToken ct)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await request();
            }
            catch (Exception away) when (waited.Elapsed < Patience && away is (IOException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError }))
            {
                await Task.Delay(Pause, ct);
            }
        }
    }

    private static async Task<T> Read<T>(HttpResponseMessage response, CancellationToken ct)
    {
        var body = await response.Content.ReadAsStringAsync(ct);
        if (response.IsSuccessStatusCode)
        {
            return JsonSerializer.Deserialize<T>(body, DocumentJson.Options)!;
        }

        if (response.StatusCode >= HttpStatusCode.InternalServerError)
        {
            throw new HttpRequestException(Message(body) ?? $"The platform answered {(int)response.StatusCode}.", null, response.StatusCode);
        }

        throw new PlatformRefusedException(response.StatusCode == HttpStatusCode.Unauthorized
            ? "The platform does not know this key; give it with --key."
            : Message(body) ?? $"The platform answered {(int)response.StatusCode}.");
    }

    private static string? Message(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("error").GetProperty("message").GetString();
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
