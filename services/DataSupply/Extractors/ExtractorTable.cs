namespace Aigc.DataSupply.Extractors;

/// <summary>Which extractor reads which file, by the end of its name; a media type gives the end where a name has none.</summary>
internal static class ExtractorTable
{
    private static readonly (string Ending, IExtractor Extractor)[] Table =
    [
        (".jsonl.gz", new JsonLinesExtractor()),
        (".jsonl", new JsonLinesExtractor()),
        (".ndjson", new JsonLinesExtractor()),
        (".html", new HtmlExtractor()),
        (".htm", new HtmlExtractor()),
        (".xhtml", new HtmlExtractor()),
        (".md", new MarkdownExtractor()),
        (".markdown", new MarkdownExtractor()),
        (".txt", new PlainTextExtractor()),
        (".text", new PlainTextExtractor()),
        (".xml", new DotnetXmlExtractor()),
    ];

    private static readonly Dictionary<string, string> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["text/html"] = ".html",
        ["application/xhtml+xml"] = ".html",
        ["text/markdown"] = ".md",
        ["text/plain"] = ".txt",
        ["application/xml"] = ".xml",
        ["text/xml"] = ".xml",
        ["application/jsonl"] = ".jsonl",
        ["application/x-ndjson"] = ".jsonl",
    };

    /// <summary>The extractor of a file name, or null when there is none.</summary>
    public static IExtractor? For(string fileName)
    {
        foreach (var (ending, extractor) in Table)
        {
            if (fileName.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return extractor;
            }
        }

        return null;
    }

    /// <summary>The file name ending of a media type, or null when no extractor reads it.</summary>
    public static string? EndingOf(string? mediaType) => mediaType is null ? null : Endings.GetValueOrDefault(mediaType);
}
