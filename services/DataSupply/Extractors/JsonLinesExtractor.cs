using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// JSON Lines, plain or gzip-compressed: one document a line, its text under <c>text</c>, <c>content</c> or <c>raw_content</c>. A line that is
/// no such object is left out and counted; the others stay. <c>labels</c> (a list of names) and <c>group</c> stay with the document.
/// </summary>
internal sealed class JsonLinesExtractor : IExtractor
{
    private const int MaxLine = 16 << 20;

    /// <summary>Real text compresses to a tenth at best; gzip can reach a thousandth, which is an attack.</summary>
    private const int MaxRatio = 100;

    private static readonly string[] TextKeys = ["text", "content", "raw_content"];

    public IEnumerable<ExtractedDocument> Extract(Stream content, ExtractionContext context, CancellationToken ct)
    {
        if (context.FileName.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            var compressed = new CountingStream(content);
            using var plain = new GZipStream(compressed, CompressionMode.Decompress);
            foreach (var document in Read(plain, context, read => Check(read, compressed.BytesRead), ct))
            {
                yield return document;
            }

            yield break;
        }

        foreach (var document in Read(content, context, static _ => { }, ct))
        {
            yield return document;
        }
    }

    private static void Check(long plain, long compressed)
    {
        if (plain > (8 << 20) && plain > Math.Max(compressed, 1) * MaxRatio)
        {
            throw new SkippedException("decompression-bomb", $"The file unpacks to more than {MaxRatio} times its size.");
        }
    }

    private static IEnumerable<ExtractedDocument> Read(Stream content, ExtractionContext context, Action<long> check, CancellationToken ct)
    {
        var lines = new BoundedLines(content, MaxLine, check);
        for (var number = 1; lines.Next(out var line); number++)
        {
            ct.ThrowIfCancellationRequested();
            if (line.Length == 0)
            {
                continue;
            }

            if (Parse(line, context.Skips) is { } document)
            {
                yield return document with { Fragment = document.Fragment.Length > 0 ? document.Fragment : number.ToString("0000000", CultureInfo.InvariantCulture) };
            }
            else
            {
                context.Skips.Add("broken-line");
            }
        }

        context.Skips.Add("line-too-long", lines.TooLong);
    }

    private static ExtractedDocument? Parse(ReadOnlyMemory<byte> line, SkipCounts skips)
    {
        try
        {
            using var json = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 32 });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            foreach (var key in TextKeys)
            {
                if (Text(json.RootElement, key) is { } text)
                {
                    return new("", Text(json.RootElement, "title"), text.ReplaceLineEndings("\n"))
                    {
                        Labels = DocumentLabels.Read(json.RootElement, skips),
                        Group = DocumentLabels.Group(json.RootElement, skips),
                    };
                }
            }

            return null;
        }
        // Broken JSON, or a lone surrogate in a string.
        catch (Exception error) when (error is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement row, string key) =>
        row.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
