namespace Aigc.Models.Text.Tokenizers;

/// <summary>The <c>model</c> of a tokenizer: its entries by id, and how a pre-token is spelled in them.</summary>
internal sealed record Vocabulary(IReadOnlyDictionary<string, int> Ids, ITokenModel Model)
{
    const int MostMerges = 4_000_000;

    /// <summary>
    /// Reads the part. What the added tokens spell is kept out of what the model can spell, and so is every other spelling of a special token's id. Added
    /// tokens that are no more than white space or a byte, or that count as whole words alone, are ordinary entries as well.
    /// </summary>
    public static Vocabulary Read(TokenizerPart part, bool byteLevel, IReadOnlyList<AddedToken> added)
    {
        var reserved = new Reserved(added);
        // Files from before the type was written are known by what they have.
        var type = !part["type"].IsNothing ? part.Type : !part["merges"].IsNothing ? "BPE" : !part["unk_id"].IsNothing ? "Unigram" : part.Type;
        return type switch
        {
            "BPE" => BytePair(part, byteLevel, reserved),
            "Unigram" => Unigram(part, reserved),
            "WordPiece" => WordPiece(part, reserved),
            _ => throw part.Unsupported(),
        };
    }

    static Vocabulary BytePair(TokenizerPart part, bool byteLevel, Reserved reserved)
    {
        var ids = Entries(part["vocab"]);
        var merges = new List<(string, string)>();
        var prefix = part.Text("continuing_subword_prefix", "");
        foreach (var merge in part["merges"].Items())
        {
            if (merges.Count == MostMerges)
                throw new FormatException($"{part.Path}.merges has more than {MostMerges} entries");
            var (left, right) = Merge(merge);
            // A merge that leads to a special token would let text spell it.
            if (!reserved.Has(left, ids) && !reserved.Has(right, ids) && !reserved.Has(left + Tail(right, prefix), ids))
                merges.Add((left, right));
        }

        var unknown = part["unk_token"].IsNothing ? -1 : Unknown(ids, part["unk_token"]);
        var options = new BytePairOptions(byteLevel, prefix, part.Text("end_of_word_suffix", ""), unknown,
            part.Flag("fuse_unk"), part.Flag("byte_fallback"), part.Flag("ignore_merges"));
        return new(ids, new BytePairModel(Spellable(ids, reserved), merges, options));
    }

    static Vocabulary Unigram(TokenizerPart part, Reserved reserved)
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
        if (unknown >= entries.Count || (unknown < 0 && !part["unk_id"].IsNothing))
            throw new FormatException($"{part.Path}.unk_id is {unknown}, and there are {entries.Count} entries");
        var excluded = ids.Where(entry => reserved.Has(entry.Key, entry.Value)).Select(entry => entry.Value).ToHashSet();
        return new(ids, new UnigramModel(entries, excluded, unknown, part.Flag("byte_fallback") ? ByteTokens.Find(ids) : null));
    }

    static Vocabulary WordPiece(TokenizerPart part, Reserved reserved)
    {
        var ids = Entries(part["vocab"]);
        var longest = part["max_input_chars_per_word"].IsNothing ? 100 : part["max_input_chars_per_word"].Number();
        if (longest is < 1 or > 1000)
            throw new FormatException($"{part.Path}.max_input_chars_per_word is {longest}; 1 to 1000 are allowed");
        return new(ids, new WordPieceModel(Spellable(ids, reserved), part.Text("continuing_subword_prefix", "##"), Unknown(ids, part["unk_token"]), longest));
    }

    static Dictionary<string, int> Entries(TokenizerPart part)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, value) in part.Members())
            ids[name] = value.Number();
        return ids;
    }

    static Dictionary<string, int> Spellable(Dictionary<string, int> ids, Reserved reserved) =>
        ids.Where(entry => !reserved.Has(entry.Key, entry.Value)).ToDictionary(StringComparer.Ordinal);

    static string Tail(string right, string prefix) => right.StartsWith(prefix, StringComparison.Ordinal) ? right[prefix.Length..] : right;

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

/// <summary>What no text may spell through the model.</summary>
internal sealed class Reserved(IReadOnlyList<AddedToken> added)
{
    readonly HashSet<string> contents =
        added.Where(token => token.Special || !(token.IsBlank || token.SingleWord || ByteTokens.TryParse(token.Content, out _))).Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
    readonly HashSet<int> special = [.. added.Where(token => token.Special).Select(token => token.Id)];

    public bool Has(string entry, int id) => contents.Contains(entry) || special.Contains(id);

    public bool Has(string entry, Dictionary<string, int> ids) => contents.Contains(entry) || (ids.TryGetValue(entry, out var id) && special.Contains(id));
}
