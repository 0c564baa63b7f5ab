using System.Net;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Outbound;

namespace Aigc.DataSupply.Sources;

/// <summary>
/// Fetches pages without becoming a way into the operator's network. The address is checked when the connection is made, on what the name
/// resolved to, and that very address is connected to, so it cannot change in between. Redirects are followed by hand and checked again.
/// </summary>
internal sealed class GuardedHttp : IDisposable
{
    private const int MaxRedirects = 5;

    private readonly HttpClient _client;

    public GuardedHttp(DataSupplyOptions options)
        : this(options, options.AllowPrivateAddresses ? static _ => true : PublicAddresses.Contains)
    {
    }

    /// <summary>With an own notion of which addresses may be connected to.</summary>
    internal GuardedHttp(DataSupplyOptions options, Func<IPAddress, bool> allowed)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate | DecompressionMethods.Brotli,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 64,
            ConnectCallback = new GuardedConnect(allowed, "Aigc:DataSupply:AllowPrivateAddresses", "data.sources.urls").Connect,
        };
        _client = new(handler) { Timeout = TimeSpan.FromSeconds(options.HttpSeconds) };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("Aigc-DataSupply/0.1");
    }

    /// <summary>The answer of the page a chain of redirects ends at; the caller disposes it.</summary>
    /// <exception cref="ProblemException">A scheme or an address is not allowed.</exception>
    public async Task<HttpResponseMessage> Get(Uri page, CancellationToken ct)
    {
        for (var redirects = 0; ; redirects++)
        {
            CheckScheme(page);
            HttpResponseMessage answer;
            try
            {
                answer = await _client.GetAsync(page, HttpCompletionOption.ResponseHeadersRead, ct);
            }
            // The handler wraps what its connect callback throws.
            catch (HttpRequestException error) when (error.InnerException is ProblemException problem)
            {
                throw problem;
            }

            if (answer.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                || answer.Headers.Location is not { } location || redirects == MaxRedirects)
            {
                return answer;
            }

            answer.Dispose();
            page = new(page, location);
        }
    }

    /// <summary>The body of an answer, bounded by the time a page may take.</summary>
    public async Task<Stream> Body(HttpResponseMessage answer, CancellationToken ct) => new TimedStream(await answer.Content.ReadAsStreamAsync(ct), _client.Timeout, TimeProvider.System);

    public void Dispose() => _client.Dispose();

    /// <summary>Only the web, and no credentials in an address: they would travel along redirects.</summary>
    public static void CheckScheme(Uri page)
    {
        if (!page.IsAbsoluteUri || page.Scheme is not ("http" or "https"))
        {
            throw new ProblemException("scheme_not_allowed", "A page must have an http or https address.", "data.sources.urls");
        }

        if (page.UserInfo.Length > 0)
        {
            throw new ProblemException("credentials_in_url", "A page's address must not carry a user name or password.", "data.sources.urls");
        }
    }
}
