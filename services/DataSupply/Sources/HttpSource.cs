using System.Runtime.CompilerServices;
using Aigc.DataSupply.Extractors;

namespace Aigc.DataSupply.Sources;

/// <summary>Pages of the web, one file a page. A page that does not answer well is left out and counted; an address that is not allowed ends the build.</summary>
internal sealed class HttpSource(GuardedHttp http, IReadOnlyList<Uri> pages) : ISource
{
    public async IAsyncEnumerable<SourceFile> List(SkipCounts skips, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var page in pages)
        {
            using var answer = await Get(page, skips, ct);
            if (answer is null)
            {
                continue;
            }

            var path = page.AbsolutePath;
            var ending = ExtractorTable.EndingOf(answer.Content.Headers.ContentType?.MediaType);
            // The server's media type is the better witness; without one the address says it.
            var name = ending is not null && !path.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? path + ending : path;
            yield return new(page.GetLeftPart(UriPartial.Query), name, answer.Content.Headers.ContentLength, token => http.Body(answer, token));
        }
    }

    private async Task<HttpResponseMessage?> Get(Uri page, SkipCounts skips, CancellationToken ct)
    {
        try
        {
            var answer = await http.Get(page, ct);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }

            skips.Add($"http-{(int)answer.StatusCode}");
            answer.Dispose();
        }
        catch (HttpRequestException)
        {
            skips.Add("http-unreachable");
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            skips.Add("http-timeout");
        }

        return null;
    }
}
