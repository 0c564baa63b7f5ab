using System.Globalization;
using System.Text;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// Plain text. A file up to a million characters is one document; a larger one is read as a stream and cut at blank lines into parts of about
/// half a million, so that memory does not grow with the file.
/// </summary>
internal sealed class PlainTextExtractor : IExtractor
{
    private const int OneDocument = 1 << 20;
    private const int Part = 1 << 19;

    public IEnumerable<ExtractedDocument> Extract(Stream content, ExtractionContext context, CancellationToken ct)
    {
        using var reader = TextDecoding.Open(content, context);
        var text = new StringBuilder();
        var buffer = new char[32 * 1024];
        var part = 0;
        while (reader.Read(buffer, 0, buffer.Length) is var read and > 0)
        {
            ct.ThrowIfCancellationRequested();
            if (buffer.AsSpan(0, read).Contains('\0'))
            {
                throw new SkippedException("binary", "The file is not text: it has zero bytes.");
            }

            text.Append(buffer, 0, read);
            while (text.Length > (part == 0 ? OneDocument : Part))
            {
                yield return Document(++part, CutPart(text));
            }
        }

        yield return Document(part == 0 ? 0 : ++part, text.ToString());
    }

    private static string CutPart(StringBuilder text)
    {
        var head = text.ToString(0, Part);
        var cut = head.LastIndexOf("\n\n", StringComparison.Ordinal);
        cut = cut > 0 ? cut : head.LastIndexOf('\n');
        cut = cut > 0 ? cut : char.IsHighSurrogate(head[^1]) ? head.Length - 1 : head.Length;
        text.Remove(0, cut);
        return head[..cut];
    }

    private static ExtractedDocument Document(int part, string text) =>
        new(part == 0 ? "" : "part-" + part.ToString("00000", CultureInfo.InvariantCulture), FirstLine(text), text.ReplaceLineEndings("\n").Trim());

    private static string? FirstLine(string text)
    {
        var trimmed = text.AsSpan().TrimStart();
        var end = trimmed.IndexOf('\n');
        var line = (end < 0 ? trimmed : trimmed[..end]).Trim();
        return line.Length is > 0 and <= 120 ? line.ToString() : null;
    }
}
