using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Aigc.Models.Text.Tokenizers;

namespace Aigc.Models.Text;

/// <summary>
/// A tokenizer read from a folder's <c>tokenizer.json</c>: byte-level and SentencePiece-style byte-pair encodings, Unigram and WordPiece.
/// <see cref="Encode"/> never yields a special token, whatever the text spells (but for the one that stands for unknown characters): a prompt
/// cannot forge a turn. Special tokens come from <see cref="Special"/>, or from <see cref="EncodeWithSpecial"/> for text that a template of our
/// own making rendered. Safe for use from many threads.
/// </summary>
public sealed class TextTokenizer
{
    const long LargestFile = 128L << 20;
    readonly Func<string, string>? normalizer;
    readonly IReadOnlyList<PreTokenizer> cuts;
    readonly ITokenModel model;
    readonly AddedTokens plain;
    readonly AddedTokens normalized;
    readonly AddedTokens written;
    readonly TokenBytes decoder;
    readonly byte[][] bytes;
    readonly IReadOnlyDictionary<string, int> ids;
    readonly FrozenDictionary<string, int> special;
    readonly FrozenSet<int> specialIds;
    readonly Surroundings surroundings;

    TextTokenizer(TokenizerPart root)
    {
        var added = AddedToken.Read(root["added_tokens"]);
        normalizer = Normalizers.Read(root["normalizer"]);
        (cuts, var byteLevel) = PreTokenizers.Read(root["pre_tokenizer"]);
        var vocabulary = Vocabulary.Read(root["model"], byteLevel, added);
        (model, ids) = (vocabulary.Model, Merge(vocabulary.Ids, added));
        decoder = TokenBytes.Read(root["decoder"]);
        surroundings = Surroundings.Read(root["post_processor"]);
        plain = new AddedTokens(added.Where(token => !token.Normalized || normalizer is null), token => token.Content);
        normalized = new AddedTokens(added.Where(token => token.Normalized && normalizer is not null), token => normalizer!(token.Content));
        written = new AddedTokens(added, token => token.Content);
        special = added.Where(token => token.Special).GroupBy(token => token.Content).ToFrozenDictionary(g => g.Key, g => g.Last().Id, StringComparer.Ordinal);
        specialIds = special.Values.ToFrozenSet();

        bytes = new byte[Size(ids.Values)][];
        Array.Fill(bytes, []);
        foreach (var (entry, id) in vocabulary.Ids)
            bytes[id] = decoder.Of(entry);
        foreach (var token in added)
            bytes[token.Id] = token.Special ? [] : decoder.Of(token.Content);
        foreach (var id in surroundings.Before.Concat(surroundings.After))
        {
            if ((uint)id >= (uint)bytes.Length)
                throw new FormatException($"post_processor names the id {id}, which no token has");
        }
    }

    /// <summary>Ids run from 0 to this, exclusive.</summary>
    public int VocabularySize => bytes.Length;

    /// <summary>What the file puts before a text that stands alone: often one token that begins a sequence, for many models nothing.</summary>
    public IReadOnlyList<int> Before => surroundings.Before;

    /// <summary>What it puts behind such a text.</summary>
    public IReadOnlyList<int> After => surroundings.After;

    /// <summary>
    /// Spaces that <see cref="Decode"/> takes off the beginning of a text, because the vocabulary writes one before its first word. Whoever puts
    /// a text together from <see cref="BytesOf"/> does that himself.
    /// </summary>
    public int LeadingSpaces => decoder.LeadingSpaces;

    /// <summary>Reads a folder's <c>tokenizer.json</c>.</summary>
    /// <exception cref="FormatException">The file is broken, or asks for something that is not supported; the message names the part.</exception>
    public static TextTokenizer Load(string directory)
    {
        var file = new FileInfo(Path.Combine(directory, "tokenizer.json"));
        if (file.Exists && file.Length > LargestFile)
            throw new FormatException($"the file has {file.Length} bytes; {LargestFile} are allowed");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            return new TextTokenizer(new TokenizerPart(document.RootElement, ""));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException("the file is not a tokenizer: " + e.Message, e);
        }
    }

    /// <summary>Ids of a text from anywhere; none of them is special.</summary>
    /// <exception cref="FormatException">The tokenizer's own expression takes too long on this text.</exception>
    public IReadOnlyList<int> Encode(string text) => Run(text, static (token, _, _) => !token.Special);

    /// <summary>Ids of a text in which special tokens may be spelled out. Never for text from outside.</summary>
    /// <exception cref="FormatException">The tokenizer's own expression takes too long on this text.</exception>
    public IReadOnlyList<int> EncodeWithSpecial(string text) => Run(text, static (_, _, _) => true);

    /// <summary>
    /// Ids of a text that several hands wrote, such as a rendered conversation. An added token, special or not, stands only where
    /// <paramref name="allowed"/> agrees; spelled anywhere else it is text, since a template may mark its turns with tokens that the file does not call
    /// special. Runs of white space need no leave: they say nothing that text could not say. Tokens are looked for as they are spelled, before the text
    /// is normalized. What lies between them is encoded as a part of one text: a space that belongs to the beginning of a text comes once.
    /// </summary>
    /// <param name="text">The whole text.</param>
    /// <param name="allowed">Whether the characters from a place on, so many, may be a token.</param>
    /// <exception cref="FormatException">The tokenizer's own expression takes too long on this text.</exception>
    public IReadOnlyList<int> EncodeWithSpecial(string text, Func<int, int, bool> allowed)
    {
        text = WellFormed(text);
        var result = new List<int>(text.Length / 3);
        var stretches = new Stretches(this, result);
        Parts(written, text, (token, start, length) => token.IsBlank || allowed(start, length), result,
            (start, end) => stretches.Encode(Normalized(text, start, end), start == 0));
        return result;
    }

    /// <summary>A text that stands alone, with what the file puts around it: a plain prompt, or an encoder's input.</summary>
    public IReadOnlyList<int> EncodeDocument(string text) => [.. surroundings.Before, .. Encode(text), .. surroundings.After];

    /// <summary>The text of ids; special tokens are left out and broken UTF-8 becomes U+FFFD.</summary>
    public string Decode(IEnumerable<int> ids)
    {
        var all = new MemoryStream();
        foreach (var id in ids)
            all.Write(BytesOf(id));
        var text = Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
        var (start, end) = (0, text.Length);
        while (start < Math.Min(decoder.LeadingSpaces, end) && text[start] == ' ')
            start++;
        while (end > start && text.Length - end < decoder.TrailingSpaces && text[end - 1] == ' ')
            end--;
        return decoder.CleansUp ? WordSpacing.CleanUp(text[start..end]) : text[start..end];
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

    /// <summary>The special tokens by their spelling.</summary>
    public IReadOnlyDictionary<string, int> SpecialIds => special;

    /// <summary>Id of any entry of the vocabulary, as the file spells it.</summary>
    public bool TryId(string entry, out int id) => ids.TryGetValue(entry, out id);

    /// <summary>True when the id is a special token.</summary>
    public bool IsSpecial(int id) => specialIds.Contains(id);

    List<int> Run(string text, TokenFilter filter)
    {
        text = WellFormed(text);
        var result = new List<int>(text.Length / 3);
        var stretches = new Stretches(this, result);
        Parts(plain, text, filter, result, (start, end) =>
        {
            var segment = Normalized(text, start, end);
            Parts(normalized, segment, filter, result, (from, to) => stretches.Encode(segment, from, to, start == 0 && from == 0));
        });
        return result;
    }

    string Normalized(string text, int start, int end)
    {
        var segment = start == 0 && end == text.Length ? text : text[start..end];
        return normalizer is null ? segment : normalizer(segment);
    }

    /// <summary>Cuts stretches without added tokens and asks the vocabulary; the lists are used again.</summary>
    sealed class Stretches(TextTokenizer tokenizer, List<int> ids)
    {
        List<Piece> pieces = [];
        List<Piece> spare = [];

        public void Encode(string text, bool first) => Encode(text, 0, text.Length, first);

        public void Encode(string text, int start, int end, bool first)
        {
            pieces.Clear();
            pieces.Add(new(text, start, end - start, first));
            foreach (var cut in tokenizer.cuts)
            {
                spare.Clear();
                foreach (var one in pieces)
                    cut(one, spare);
                (pieces, spare) = (spare, pieces);
            }

            foreach (var one in pieces)
            {
                if (one.Length > 0)
                    tokenizer.model.Encode(one.Span, ids);
            }
        }
    }

    static void Parts(AddedTokens tokens, string text, TokenFilter filter, List<int> result, Action<int, int> stretch)
    {
        if (tokens.IsEmpty)
        {
            if (text.Length > 0)
                stretch(0, text.Length);
            return;
        }

        tokens.Split(text, filter, (id, start, end) =>
        {
            if (id >= 0)
                result.Add(id);
            else
                stretch(start, end);
        });
    }

    static Dictionary<string, int> Merge(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<AddedToken> added)
    {
        var all = new Dictionary<string, int>(vocabulary, StringComparer.Ordinal);
        foreach (var token in added)
            all[token.Content] = token.Id;
        return all;
    }

    static int Size(IEnumerable<int> ids)
    {
        var (smallest, largest, count) = (0, -1, 0);
        foreach (var id in ids)
            (smallest, largest, count) = (Math.Min(smallest, id), Math.Max(largest, id), count + 1);
        // Gaps are allowed, but not an array of the size of a hostile number.
        return smallest < 0 || largest > (2 * count) + 4096 ? throw new FormatException("an id is out of range") : largest + 1;
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
