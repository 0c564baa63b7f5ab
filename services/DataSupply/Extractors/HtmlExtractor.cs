using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using SmartReader;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// The main text of a page: Readability's choice (SmartReader) where it makes one, the densest blocks otherwise. Size, nesting and time are
/// bounded: other extractors are known to hang on what the web holds.
/// </summary>
internal sealed partial class HtmlExtractor : IExtractor
{
    private const int MaxCharacters = 4 << 20;

    /// <summary>Open tags at a time, counted before parsing: the parser's own cost grows with the square of it.</summary>
    private const int MaxOpenTags = 20_000;

    /// <summary>Readability walks the tree by recursion; past this depth only the fallback, which does not, is used.</summary>
    private const int MaxReadableDepth = 256;
    private const int MaxReadableElements = 100_000;

    /// <summary>A last resort, far above what the bounds of size allow: skipping by time would depend on the machine.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(2);

    public IEnumerable<ExtractedDocument> Extract(Stream content, ExtractionContext context, CancellationToken ct)
    {
        var html = TextDecoding.ReadAll(content, context, MaxCharacters, DeclaredCharset);
        if (OpenTags(html) > MaxOpenTags)
        {
            throw new SkippedException("html-too-deep", $"The page keeps more than {MaxOpenTags} tags open at a time.");
        }

        var reading = Task.Run(() => Read(html), ct);
        if (!((IAsyncResult)reading).AsyncWaitHandle.WaitOne(MaxTime))
        {
            throw new SkippedException("html-too-slow", "The page could not be read in time.");
        }

        yield return reading.GetAwaiter().GetResult();
    }

    private static ExtractedDocument Read(string html)
    {
        var document = new HtmlParser().ParseDocument(html);
        var title = document.Title is { Length: > 0 } text ? text.Trim() : null;
        var (elements, depth) = Measure(document);
        if (elements <= MaxReadableElements && depth <= MaxReadableDepth && Readable(html) is { Length: > 0 } article)
        {
            return new("", title, article);
        }

        return new("", title, DenseText.Of((INode?)document.Body ?? document));
    }

    private static string? Readable(string html)
    {
        try
        {
            using var reader = new Reader("https://page.invalid/", html) { MaxElemsToParse = MaxReadableElements };
            var article = reader.GetArticle();
            if (!article.Completed || article.Content is not { Length: > 0 } content)
            {
                return null;
            }

            return HtmlText.Render(new HtmlParser().ParseDocument(content).Body!);
        }
        // Readability's port fails on some real pages; the fallback reads those.
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return null;
        }
    }

    private static (int Elements, int Depth) Measure(IDocument document)
    {
        int elements = 0, depth = 0, deepest = 0;
        INode? node = document;
        while (node is not null)
        {
            elements += node is IElement ? 1 : 0;
            if (node.FirstChild is { } child)
            {
                node = child;
                deepest = Math.Max(deepest, ++depth);
                continue;
            }

            while (node is not null && node.NextSibling is null)
            {
                node = node.Parent;
                depth--;
            }

            node = node?.NextSibling;
        }

        return (elements, deepest);
    }

    /// <summary>Most tags open at once if nothing closed by itself: an upper bound that needs no parser.</summary>
    private static int OpenTags(string html)
    {
        int open = 0, most = 0;
        for (var i = html.IndexOf('<', StringComparison.Ordinal); i >= 0 && i + 1 < html.Length; i = html.IndexOf('<', i + 1))
        {
            open += html[i + 1] == '/' ? -1 : char.IsAsciiLetter(html[i + 1]) && !IsVoid(html.AsSpan(i + 1)) ? 1 : 0;
            open = Math.Max(open, 0);
            most = Math.Max(most, open);
        }

        return most;
    }

    /// <summary>Tags that close themselves, or whose end is optional and nearly always left out.</summary>
    private static bool IsVoid(ReadOnlySpan<char> tag)
    {
        var end = 0;
        while (end < tag.Length && char.IsAsciiLetterOrDigit(tag[end]))
        {
            end++;
        }

        return tag[..end] is "br" or "img" or "hr" or "input" or "meta" or "link" or "col" or "wbr" or "area" or "p" or "li" or "td" or "tr" or "th" or "dt" or "dd" or "option"
            or "BR" or "IMG" or "HR" or "INPUT" or "META" or "LINK" or "P" or "LI" or "TD" or "TR" or "TH" or "DT" or "DD" or "OPTION";
    }

    private static string? DeclaredCharset(ReadOnlyMemory<byte> head)
    {
        var match = Charset().Match(Encoding.Latin1.GetString(head.Span[..Math.Min(head.Length, 4096)]));
        return match.Success ? match.Groups[1].Value : null;
    }

    [GeneratedRegex("charset\\s*=\\s*[\"']?([A-Za-z0-9_:.-]{2,40})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Charset();
}
