using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Aigc.Models.Text;

/// <summary>
/// A byte-level BPE tokenizer read from a folder's <c>tokenizer.json</c>. Encoding text never yields a special token, whatever the text
/// spells: a prompt cannot forge a turn. Special tokens come from <see cref="Special"/> alone. Safe for use from many threads.
/// </summary>
public sealed class TextTokenizer
{
    readonly BpeTokenizer bpe;
    readonly byte[][] bytes;
    readonly FrozenDictionary<string, int> special;
    readonly FrozenSet<int> specialIds;

    TextTokenizer(BpeTokenizer bpe, byte[][] bytes, FrozenDictionary<string, int> special)
    {
        this.bpe = bpe;
        this.bytes = bytes;
        this.special = special;
        specialIds = special.Values.ToFrozenSet();
    }

    /// <summary>Ids run from 0 to this, exclusive.</summary>
    public int VocabularySize => bytes.Length;

    /// <summary>Reads a folder's <c>tokenizer.json</c>.</summary>
    /// <exception cref="FormatException">The file is not a byte-level BPE tokenizer, or is broken.</exception>
    public static TextTokenizer Load(string directory)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "tokenizer.json")));
        try
        {
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException("the file is not a tokenizer: " + e.Message, e);
        }
    }

    /// <summary>Ids of a text; none of them is special.</summary>
    public IReadOnlyList<int> Encode(string text) => bpe.EncodeToIds(WellFormed(text));

    /// <summary>The text of ids; special tokens are left out and broken UTF-8 becomes U+FFFD.</summary>
    public string Decode(IEnumerable<int> ids)
    {
        var all = new MemoryStream();
        foreach (var id in ids)
            all.Write(BytesOf(id));
        return Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
    }

    /// <summary>The bytes a token stands for; none for a special one or an id outside the vocabulary.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)bytes.Length ? bytes[id] : [];

    /// <summary>Id of a special token.</summary>
    /// <exception cref="FormatException">The tokenizer has no such token.</exception>
    public int Special(string token) => special.TryGetValue(token, out var id)
        ? id
        : throw new FormatException($"the tokenizer has no token {token}");

    /// <summary>Id of a special token, where there is one.</summary>
    public bool TrySpecial(string token, out int id) => special.TryGetValue(token, out id);

    /// <summary>True when the id is a special token.</summary>
    public bool IsSpecial(int id) => specialIds.Contains(id);

    static TextTokenizer Read(JsonElement root)
    {
        var model = root.GetProperty("model");
        if (model.GetProperty("type").GetString() != "BPE")
            throw new FormatException("only BPE tokenizers are understood");
        if (root.TryGetProperty("normalizer", out var normalizer) && normalizer.ValueKind != JsonValueKind.Null)
            throw new FormatException("a normalizer is not supported");

        var ids = model.GetProperty("vocab").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32(), StringComparer.Ordinal);
        var special = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in root.GetProperty("added_tokens").EnumerateArray())
        {
            if (token.GetProperty("special").GetBoolean())
                special[token.GetProperty("content").GetString()!] = token.GetProperty("id").GetInt32();
        }

        var bytes = new byte[Size(ids.Values.Concat(special.Values))][];
        Array.Fill(bytes, []);
        foreach (var (entry, id) in ids)
        {
            if (!special.ContainsKey(entry))
                bytes[id] = ByteAlphabet.Parse(entry) ?? throw new FormatException("an entry of the vocabulary is not byte-level");
        }

        var options = new BpeOptions(ids.Where(e => !special.ContainsKey(e.Key)))
        {
            Merges = model.GetProperty("merges").EnumerateArray().Select(Merge),
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(WordPattern(root.GetProperty("pre_tokenizer")), null),
        };
        return new TextTokenizer(BpeTokenizer.Create(options), bytes, special.ToFrozenDictionary(StringComparer.Ordinal));
    }

    static int Size(IEnumerable<int> ids)
    {
        var (smallest, largest, count) = (0, -1, 0);
        foreach (var id in ids)
            (smallest, largest, count) = (Math.Min(smallest, id), Math.Max(largest, id), count + 1);
        // Gaps are allowed, but not an array of the size of a hostile number.
        return smallest < 0 || largest > (2 * count) + 4096 ? throw new FormatException("an id is out of range") : largest + 1;
    }

    static string Merge(JsonElement merge) => merge.ValueKind == JsonValueKind.String
        ? merge.GetString()!
        : merge[0].GetString() + " " + merge[1].GetString();

    /// <summary>GPT-2's pattern, or the pattern of a split that precedes the byte level (Llama 3, Qwen).</summary>
    static Regex WordPattern(JsonElement pre)
    {
        switch (pre.GetProperty("type").GetString())
        {
            case "ByteLevel" when UsesRegex(pre) && !AddsSpace(pre):
                return BpeTrainer.Words();
            case "Sequence":
                var steps = pre.GetProperty("pretokenizers");
                if (steps.GetArrayLength() == 2 && steps[0].GetProperty("type").GetString() == "Split"
                    && steps[0].GetProperty("behavior").GetString() == "Isolated"
                    && steps[0].GetProperty("pattern").TryGetProperty("Regex", out var pattern)
                    && steps[1].GetProperty("type").GetString() == "ByteLevel" && !UsesRegex(steps[1]) && !AddsSpace(steps[1]))
                    return new Regex(pattern.GetString()!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
                break;
        }

        throw new FormatException("this pre-tokenizer is not supported");

        static bool UsesRegex(JsonElement step) => !step.TryGetProperty("use_regex", out var value) || value.GetBoolean();
        static bool AddsSpace(JsonElement step) => step.TryGetProperty("add_prefix_space", out var value) && value.GetBoolean();
    }

    /// <summary>Half of a surrogate pair has no UTF-8; it becomes U+FFFD instead of failing somewhere deeper.</summary>
    static string WellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        return text;
    }
}
