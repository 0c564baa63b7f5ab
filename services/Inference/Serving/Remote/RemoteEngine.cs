using System.Net;
using System.Net.Http.Headers;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Serving.Remote;

/// <summary>One server: connections, the line before it, and how it is. Shared by all models that name it.</summary>
internal sealed class RemoteEngine : IAsyncDisposable
{
    private const int MostErrorBytes = 1 << 16;

    private readonly HttpClient _client;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _probing;

    public RemoteEngine(string name, RemoteOptions options, TimeProvider time, ILogger<RemoteEngine> logger)
    {
        (Name, Options, Logger, Pause, _time) = (name, options, logger, new(time), time);
        var root = options.Url!.AbsoluteUri.TrimEnd('/');
        root = root.EndsWith("/v1", StringComparison.Ordinal) ? root[..^2] : root + "/";
        // Nothing is drained: a cancelled answer closes its connection at once. A redirect would take the key elsewhere.
        _client = new(new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        { BaseAddress = new(root), Timeout = Timeout.InfiniteTimeSpan };
        if (!string.IsNullOrEmpty(options.ApiKey))
            _client.DefaultRequestHeaders.Authorization = new("Bearer", options.ApiKey);
        Gate = new(options.MaxConcurrent, options.WaitingLine);
        _probing = Task.Run(Probe);
    }

    public string Name { get; }

    public RemoteOptions Options { get; }

    public RemoteGate Gate { get; }

    /// <summary>Holds every request back while the server wants none.</summary>
    public RemotePause Pause { get; }

    /// <summary>Of all that happens with this server.</summary>
    public ILogger<RemoteEngine> Logger { get; }

    /// <summary><c>unknown</c>, <c>healthy</c> or <c>unhealthy</c>, as of the last probe.</summary>
    public string State { get; private set; } = "unknown";

    /// <summary>Asks; returns when the head of a good answer is there.</summary>
    /// <exception cref="RemoteFailedException">There is none.</exception>
    public async Task<HttpResponseMessage> Send(RemoteRequest request, CancellationToken ct)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, request.Path) { Content = new ByteArrayContent(request.Body) };
        message.Content.Headers.ContentType = new("application/json");
        message.Headers.Accept.Add(new("text/event-stream"));
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new RemoteFailedException(RemoteFailures.Fault(Name, "cannot be reached"), inner: e);
        }
        if (response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType == "text/event-stream")
            return response;
        using (response)
        {
            if (response.IsSuccessStatusCode)
                throw new RemoteFailedException(RemoteFailures.Fault(Name, "did not answer with a stream"));
            var after = After(response.Headers.RetryAfter);
            if (after > TimeSpan.Zero && response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            {
                Pause.Begin(after.Value);
                Logger.HeldBack(Name, after.Value.TotalSeconds);
            }
            throw RemoteFailures.Of(Name, response.StatusCode, await Body(response, ct), after);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _probing;
        _client.Dispose();
        _stopping.Dispose();
    }

    private TimeSpan? After(RetryConditionHeaderValue? header) => header?.Delta ?? header?.Date - _time.GetUtcNow();

    private static async Task<string> Body(HttpResponseMessage response, CancellationToken ct)
    {
        var buffer = new byte[MostErrorBytes];
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
            return System.Text.Encoding.UTF8.GetString(buffer, 0, read);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return ""; // the status is enough
        }
    }

    private async Task Probe()
    {
        using var timer = new PeriodicTimer(Options.ProbeInterval, _time);
        try
        {
            do
                Found(await IsHealthy("health") ?? await IsHealthy("v1/models") ?? false);
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Found(bool healthy)
    {
        var before = State;
        State = healthy ? "healthy" : "unhealthy";
        if (State == before)
            return;
        if (healthy)
            Logger.Healthy(Name);
        else
            Logger.Unhealthy(Name);
    }

    // Null: the server has no such page.
    private async Task<bool?> IsHealthy(string path)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        limit.CancelAfter(Options.ConnectTimeout);
        try
        {
            using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return response.StatusCode == HttpStatusCode.NotFound ? null : response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !_stopping.IsCancellationRequested))
        {
            return false;
        }
    }
}
