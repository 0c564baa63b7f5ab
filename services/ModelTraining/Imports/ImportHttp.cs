using System.Net;
using System.Net.Http.Headers;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Outbound;

namespace Aigc.ModelTraining.Imports;

/// <summary>
/// Asks servers for files without becoming a way into the operator's network. Addresses are checked when the connection is made; redirects, which
/// hubs answer every large file with, are followed by hand: checked again, and without the hub's token as soon as they leave the hub.
/// </summary>
internal sealed class ImportHttp : IDisposable
{
    const int MaxRedirects = 5;
    const string Setting = "Aigc:Imports:AllowPrivateAddresses";

    readonly HttpClient client;
    readonly Uri? hub;
    readonly string? token;
    readonly TimeSpan stall;

    ImportHttp(ImportOptions options, Uri? hub, Func<IPAddress, bool> allowed)
    {
        (this.hub, token, stall) = (hub, hub is null ? null : options.Token, TimeSpan.FromSeconds(options.StallSeconds));
        client = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            // A part of a compressed body is not a part of the file.
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 64,
            ConnectCallback = Connect(hub, allowed),
        })
        {
            // Bounded by silence instead: a large file takes as long as it takes.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("Aigc-ModelTraining/0.1");
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    /// <summary>For the hub of the settings: knows its token, and may connect to it wherever it is.</summary>
    public static ImportHttp ForHub(ImportOptions options, Func<IPAddress, bool>? allowed = null) => new(options, options.Hub, allowed ?? Allowed(options));

    /// <summary>For addresses that callers give.</summary>
    public static ImportHttp ForAddresses(ImportOptions options, Func<IPAddress, bool>? allowed = null) => new(options, null, allowed ?? Allowed(options));

    /// <summary>The answer a chain of redirects ends at, its body unread; the caller disposes it.</summary>
    /// <param name="prepare">Adds headers to every request of the chain.</param>
    /// <exception cref="ProblemException">A scheme, an address or a redirect is not allowed.</exception>
    /// <exception cref="IOException">The server did not answer in time.</exception>
    public async Task<HttpResponseMessage> Get(Uri address, Action<HttpRequestHeaders>? prepare, CancellationToken ct)
    {
        for (var redirects = 0; ; redirects++)
        {
            CheckScheme(address);
            var answer = await Send(address, prepare, ct);
            if (!IsRedirect(answer.StatusCode) || answer.Headers.Location is not { } location)
                return answer;
            answer.Dispose();
            if (redirects == MaxRedirects)
                throw new ProblemException("too_many_redirects", $"{address.Host} redirects more than {MaxRedirects} times.", "source");
            var next = new Uri(address, location);
            if (address.Scheme == "https" && next.Scheme == "http")
                throw new ProblemException("redirect_not_allowed", $"{address.Host} redirects from https to http.", "source");
            address = next;
        }
    }

    /// <summary>Reads from a body; a server that falls silent is an <see cref="IOException"/>.</summary>
    public async ValueTask<int> Read(Stream body, Memory<byte> buffer, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(stall);
        try
        {
            return await body.ReadAsync(buffer, limit.Token);
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw Silent(late);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>Only the web, and no credentials in an address: they would travel along redirects and into logs.</summary>
    public static void CheckScheme(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
            throw new ProblemException("scheme_not_allowed", "A model's files must have http or https addresses.", "source.url");
        if (address.UserInfo.Length > 0)
            throw new ProblemException("credentials_in_url", "An address must not carry a user name or password.", "source.url");
    }

    async Task<HttpResponseMessage> Send(Uri address, Action<HttpRequestHeaders>? prepare, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        prepare?.Invoke(request.Headers);
        if (!string.IsNullOrEmpty(token) && IsHub(address.Scheme, address.Host, address.Port))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(stall);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw Silent(late);
        }
        // The handler wraps what its connect callback throws.
        catch (HttpRequestException error) when (error.InnerException is ProblemException problem)
        {
            throw problem;
        }
    }

    IOException Silent(Exception late) => new($"The server said nothing for {stall.TotalSeconds} seconds.", late);

    bool IsHub(string scheme, string host, int port) => hub is not null && hub.Scheme == scheme && hub.Port == port && hub.Host.Equals(host, StringComparison.OrdinalIgnoreCase);

    static bool IsRedirect(HttpStatusCode status) => status is
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    static Func<IPAddress, bool> Allowed(ImportOptions options) => options.AllowPrivateAddresses ? static _ => true : PublicAddresses.Contains;

    static Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> Connect(Uri? hub, Func<IPAddress, bool> allowed)
    {
        var others = new GuardedConnect(allowed, Setting, "source");
        // The operator named this host and port; a mirror inside the house is a hub like any other.
        var own = new GuardedConnect(static _ => true, Setting, "source");
        return (context, ct) => hub is not null && context.DnsEndPoint.Port == hub.Port && context.DnsEndPoint.Host.Equals(hub.IdnHost, StringComparison.OrdinalIgnoreCase)
            ? own.Connect(context, ct)
            : others.Connect(context, ct);
    }
}
