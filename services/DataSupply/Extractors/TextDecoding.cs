using System.Text;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// Finds the encoding of text: byte order mark, then UTF-16 by where its zero bytes stand, then UTF-8 when the head is valid UTF-8, and
/// Windows-1252 otherwise (every byte means something in it, so nothing else is guessed).
/// </summary>
internal static class TextDecoding
{
    private const int Head = 64 * 1024;

    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>A reader over the whole stream. <paramref name="declared"/> is a charset the document names itself; it is used when the bytes are not UTF-8.</summary>
    /// <exception cref="SkippedException">The bytes are not text.</exception>
    public static StreamReader Open(Stream content, ExtractionContext context, Func<ReadOnlyMemory<byte>, string?>? declared = null)
    {
        var head = new byte[Head];
        var length = content.ReadAtLeast(head, Head, throwOnEndOfStream: false);
        var encoding = Detect(head.AsSpan(0, length), whole: length < Head);
        if (encoding == Windows1252)
        {
            if (declared?.Invoke(head.AsMemory(0, length)) is { } name && TryGet(name) is { } named)
            {
                encoding = named;
            }

            context.Skips.Add("decoded-as-" + encoding.WebName);
        }

        return new(new PrefixedStream(head.AsMemory(0, length), content), encoding, detectEncodingFromByteOrderMarks: true);
    }

    /// <summary>Reads everything, up to a number of characters.</summary>
    /// <exception cref="SkippedException">There is more, or the bytes are not text.</exception>
    public static string ReadAll(Stream content, ExtractionContext context, int maxCharacters, Func<ReadOnlyMemory<byte>, string?>? declared = null)
    {
        using var reader = Open(content, context, declared);
        var text = new StringBuilder();
        var buffer = new char[32 * 1024];
        while (reader.Read(buffer, 0, buffer.Length) is var read and > 0)
        {
            if (text.Length + read > maxCharacters)
            {
                throw new SkippedException("document-too-large", $"The document has more than {maxCharacters} characters.");
            }

            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    private static Encoding Detect(ReadOnlySpan<byte> head, bool whole)
    {
        if (head is [0xFF, 0xFE, ..])
        {
            return Encoding.Unicode;
        }

        if (head is [0xFE, 0xFF, ..])
        {
            return Encoding.BigEndianUnicode;
        }

        var zeros = head.Count((byte)0);
        if (zeros > 0)
        {
            var even = 0;
            for (var i = 0; i < head.Length; i += 2)
            {
                even += head[i] == 0 ? 1 : 0;
            }

            // Mostly Latin text in UTF-16 has a zero in every second byte, always on the same side.
            return zeros * 3 < head.Length ? throw new SkippedException("binary", "The file is not text: it has zero bytes.")
                : even * 10 < zeros ? Encoding.Unicode
                : even * 10 > zeros * 9 ? Encoding.BigEndianUnicode
                : throw new SkippedException("binary", "The file is not text: it has zero bytes.");
        }

        return IsUtf8(head, whole) ? Encoding.UTF8 : Windows1252;
    }

    private static bool IsUtf8(ReadOnlySpan<byte> bytes, bool whole)
    {
        if (!whole)
        {
            // The head may end in the middle of a character.
            for (var back = 0; back < 3 && bytes.Length > 0 && bytes[^1] >= 0x80; back++)
            {
                var lead = bytes[^1] >= 0xC0;
                bytes = bytes[..^1];
                if (lead)
                {
                    break;
                }
            }
        }

        try
        {
            StrictUtf8.GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static Encoding? TryGet(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
