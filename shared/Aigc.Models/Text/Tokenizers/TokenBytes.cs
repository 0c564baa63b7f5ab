using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>Reads a <c>decoder</c>: the bytes every token stands for, and what is taken off the two ends of a whole text.</summary>
internal sealed class TokenBytes
{
    readonly List<Func<string, string>> steps = [];
    bool byteLevel;
    bool byteFallback;
    bool fused;
    bool spaced; // tokens are joined by spaces

    /// <summary>Spaces to take off the beginning of a whole text.</summary>
    public int LeadingSpaces { get; private set; }

    /// <summary>Spaces to take off its end.</summary>
    public int TrailingSpaces { get; private set; }

    /// <summary>The spaces a word-by-word vocabulary leaves before punctuation are taken out of a whole text.</summary>
    public bool CleansUp { get; private set; }

    public static TokenBytes Read(TokenizerPart part)
    {
        var bytes = new TokenBytes();
        if (part.IsNothing)
            (bytes.spaced, bytes.LeadingSpaces) = (true, 1);
        else
            bytes.Add(part, 0);
        return bytes;
    }

    /// <summary>The bytes of an entry of the vocabulary.</summary>
    public byte[] Of(string entry)
    {
        if (byteLevel)
            return ByteAlphabet.Parse(entry) ?? Encoding.UTF8.GetBytes(entry);
        foreach (var step in steps)
            entry = step(entry);
        if (byteFallback && ByteTokens.TryParse(entry, out var value))
            return [value];
        return Encoding.UTF8.GetBytes(spaced ? " " + entry : entry);
    }

    void Add(TokenizerPart part, int depth)
    {
        switch (part.Type)
        {
            case "Sequence" when depth < 8:
                foreach (var step in part["decoders"].Items())
                    Add(step, depth + 1);
                break;
            case "ByteLevel":
                byteLevel = true;
                break;
            case "ByteFallback":
                byteFallback = true;
                break;
            case "Fuse":
                fused = true;
                break;
            case "Replace":
                var (pattern, content) = (SplitPattern.Read(part["pattern"]), part["content"].Text());
                steps.Add(entry => pattern.Replace(entry, content));
                break;
            case "Strip":
                AddStrip(part);
                break;
            case "Metaspace":
                var mark = part.Text("replacement", "▁");
                steps.Add(entry => entry.Replace(mark, " ", StringComparison.Ordinal));
                LeadingSpaces = part.Text("prepend_scheme", part.Flag("add_prefix_space", true) ? "always" : "never") == "never" ? 0 : 1;
                break;
            case "WordPiece":
                var prefix = part.Text("prefix", "##");
                steps.Add(entry => prefix.Length > 0 && entry.StartsWith(prefix, StringComparison.Ordinal) ? entry[prefix.Length..] : " " + entry);
                LeadingSpaces = 1;
                CleansUp = part.Flag("cleanup", true);
                break;
            case "BPEDecoder":
                var suffix = part.Text("suffix", "</w>");
                steps.Add(entry => suffix.Length == 0 ? entry : entry.Replace(suffix, " ", StringComparison.Ordinal));
                TrailingSpaces = 1;
                break;
            default:
                throw part.Unsupported();
        }
    }

    void AddStrip(TokenizerPart part)
    {
        var content = part["content"].Text();
        var (start, stop) = (part["start"].Number(), part["stop"].Number());
        if (content.Length != 1 || start is < 0 or > 64 || stop is < 0 or > 64)
            throw part.Unsupported();
        if (!fused)
        {
            steps.Add(entry => Strip(entry, content[0], start, stop));
            return;
        }

        // Behind Fuse the whole text is one token.
        if (content != " ")
            throw part.Unsupported();
        (LeadingSpaces, TrailingSpaces) = (LeadingSpaces + start, TrailingSpaces + stop);
    }

    static string Strip(string text, char character, int start, int stop)
    {
        var (from, to) = (0, text.Length);
        while (from < Math.Min(start, to) && text[from] == character)
            from++;
        while (to > from && text.Length - to < stop && text[to - 1] == character)
            to--;
        return text[from..to];
    }
}
