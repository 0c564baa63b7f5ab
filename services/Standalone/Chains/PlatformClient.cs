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
    private readonly HttpClient _http;

    public PlatformClient(Uri address, string key)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Starts a chain, or finds the one started with this key.</summary>
    public async Task<JobInfo> Submit(string document, string baseDirectory, string key, CancellationToken ct)
    {
        var query = $"/api/chains?base={Uri.EscapeDataString(baseDirectory)}&key={Uri.EscapeDataString(key)}";
        using var content = new StringContent(document, Encoding.UTF8, "application/yaml");
        using var response = await _http.PostAsync(query, content, ct);
        return await Read<JobInfo>(response, ct);
    }

    public async Task<JobInfo> Get(Guid id, CancellationToken ct)
    {
        using var response = await _http.GetAsync($"/api/jobs/{id}", ct);
        return await Read<JobInfo>(response, ct);
    }

    public async Task Cancel(Guid id, CancellationToken ct)
    {
        using var response = await _http.PostAsync($"/api/jobs/{id}/cancel", null, ct);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Loss curve of a training run; empty while there is none.</summary>
    public async Task<IReadOnlyList<LossPoint>> LossOf(Guid run, CancellationToken ct)
    {
        using var response = await _http.GetAsync($"/api/training/runs/{run}", ct);
        return response.IsSuccessStatusCode ? (await Read<TrainingRunInfo>(response, ct)).Evaluation?.Loss ?? [] : [];
    }

    /// <summary>What happens to a job and all it orders, until it has ended.</summary>
    public async IAsyncEnumerable<JobEventInfo> Follow(Guid id, [EnumeratorCancellation] CancellationToken ct)
    {
        using var response = await _http.GetAsync($"/api/jobs/{id}/events", HttpCompletionOption.ResponseHeadersRead, ct);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(ct))
        {
            yield return JsonSerializer.Deserialize<JobEventInfo>(item.Data, DocumentJson.Options)!;
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<T> Read<T>(HttpResponseMessage response, CancellationToken ct)
    {
        var body = await response.Content.ReadAsStringAsync(ct);
        if (response.IsSuccessStatusCode)
        {
            return JsonSerializer.Deserialize<T>(body, DocumentJson.Options)!;
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
