namespace Aigc.Models.Text.Tokenizers;

/// <summary>The <c>model</c> of a tokenizer: its entries by id, and how a pre-token is spelled in them.</summary>
internal sealed record Vocabulary(IReadOnlyDictionary<string, int> Ids, ITokenModel Model)
{
    const int MostMerges = 4_000_000;

    /// <summary>Reads the part. Special tokens are kept out of what a text can spell.</summary>
    public static Vocabulary Read(TokenizerPart part, bool byteLevel, IReadOnlyList<AddedToken> added)
    {
        var special = added.Where(token => token.Special).Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        // Files from before the type was written are known by what they have.
        var type = !part["type"].IsNothing ? part.Type : !part["merges"].IsNothing ? "BPE" : !part["unk_id"].IsNothing ? "Unigram" : part.Type;
        return type switch
        {
            "BPE" => BytePair(part, byteLevel, special),
            "Unigram" => Unigram(part, special),
            "WordPiece" => WordPiece(part, special),
            _ => throw part.Unsupported(),
        };
    }

    static Vocabulary BytePair(TokenizerPart part, bool byteLevel, HashSet<string> special)
    {
        var ids = Entries(part["vocab"]);
        var merges = new List<(string, string)>();
        foreach (var merge in part["merges"].Items())
        {
            if (merges.Count == MostMerges)
                throw new FormatException($"{part.Path}.merges has more than {MostMerges} entries");
            var (left, right) = Merge(merge);
            // A merge that leads to a special token would let text spell it.
            if (!special.Contains(left) && !special.Contains(right) && !special.Contains(left + right))
                merges.Add((left, right));
        }

        var unknown = part["unk_token"].IsNothing ? -1 : Unknown(ids, part["unk_token"]);
        var options = new BytePairOptions(byteLevel, part.Text("continuing_subword_prefix", ""), part.Text("end_of_word_suffix", ""), unknown,
            part.Flag("fuse_unk"), part.Flag("byte_fallback"), part.Flag("ignore_merges"));
        return new(ids, new BytePairModel(Spellable(ids, special), merges, options));
    }

    static Vocabulary Unigram(TokenizerPart part, HashSet<string> special)
    {
        var entries = new List<(string Entry, double Score)>();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var item in part["vocab"].Items())
        {
            using var pair = item.Items().GetEnumerator();
            var entry = pair.MoveNext() ? pair.Current.Text() : throw item.Wrong("an entry and its score");
            var score = pair.MoveNext() ? pair.Current.Real() : throw item.Wrong("an entry and its score");
            ids[entry] = entries.Count;
            entries.Add((entry, score));
        }

        var unknown = part["unk_id"].IsNothing ? -1 : part["unk_id"].Number();
        if (unknown >= entries.Count)
            throw new FormatException($"{part.Path}.unk_id is {unknown}, and there are {entries.Count} entries");
        var excluded = special.Where(ids.ContainsKey).Select(token => ids[token]).ToHashSet();
        return new(ids, new UnigramModel(entries, excluded, unknown, part.Flag("byte_fallback") ? ByteTokens.Find(ids) : null));
    }

    static Vocabulary WordPiece(TokenizerPart part, HashSet<string> special)
    {
        var ids = Entries(part["vocab"]);
        var longest = part["max_input_chars_per_word"].IsNothing ? 100 : part["max_input_chars_per_word"].Number();
        if (longest is < 1 or > 1000)
            throw new FormatException($"{part.Path}.max_input_chars_per_word is {longest}; 1 to 1000 are allowed");
        return new(ids, new WordPieceModel(Spellable(ids, special), part.Text("continuing_subword_prefix", "##"), Unknown(ids, part["unk_token"]), longest));
    }

    static Dictionary<string, int> Entries(TokenizerPart part)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, value) in part.Members())
            ids[name] = value.Number();
        return ids;
    }

    static Dictionary<string, int> Spellable(Dictionary<string, int> ids, HashSet<string> special) =>
        special.Count == 0 ? ids : ids.Where(entry => !special.Contains(entry.Key)).ToDictionary(StringComparer.Ordinal);

    static int Unknown(Dictionary<string, int> ids, TokenizerPart part) => ids.TryGetValue(part.Text(), out var id)
        ? id
        : throw new FormatException($"{part.Path} \"{part.Text()}\" is not in the vocabulary");

    static (string, string) Merge(TokenizerPart merge)
    {
        if (merge.Kind != System.Text.Json.JsonValueKind.String)
        {
            using var pair = merge.Items().GetEnumerator();
            if (pair.MoveNext() && pair.Current.Text() is var left && pair.MoveNext() && pair.Current.Text() is var right && !pair.MoveNext())
                return (left, right);
            throw merge.Wrong("two entries");
        }

        var text = merge.Text();
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && space < text.Length - 1 && text.IndexOf(' ', space + 1) < 0 ? (text[..space], text[(space + 1)..]) : throw merge.Wrong("two entries");
    }
}
