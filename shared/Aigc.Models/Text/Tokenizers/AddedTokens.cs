using System.Buffers;
using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>A token that is looked for in text before anything else happens to it.</summary>
internal sealed record AddedToken(int Id, string Content, bool Special, bool Normalized, bool LeftStrip, bool RightStrip, bool SingleWord)
{
    public const int Longest = 512;

    /// <summary>True for a run of white space, in either spelling: indentation, not markup.</summary>
    public bool IsBlank { get; } = !Special && Content.All(c => char.IsWhiteSpace(c) || c == '▁');

    public static IReadOnlyList<AddedToken> Read(TokenizerPart list)
    {
        var tokens = new List<AddedToken>();
        foreach (var item in list.IsNothing ? [] : list.Items())
        {
            var content = item["content"].Text();
            var special = item.Flag("special");
            if (content.Length is 0 or > Longest)
                throw new FormatException($"{item.Path}.content has {content.Length} characters; 1 to {Longest} are allowed");
            tokens.Add(new(item["id"].Number(), content, special, item.Flag("normalized", !special), item.Flag("lstrip"), item.Flag("rstrip"), item.Flag("single_word")));
        }

        return tokens;
    }
}

/// <summary>Whether a token counts where so many characters from a place on spell it.</summary>
internal delegate bool TokenFilter(AddedToken token, int start, int length);

/// <summary>Finds added tokens in text: leftmost first, of those that start together and count the longest.</summary>
internal sealed class AddedTokens
{
    readonly AddedToken[] tokens;
    readonly TokenTrie trie;
    readonly SearchValues<char> starts;

    /// <param name="tokens">What to look for.</param>
    /// <param name="spelling">How a token is spelled in the text that will be searched.</param>
    public AddedTokens(IEnumerable<AddedToken> tokens, Func<AddedToken, string> spelling)
    {
        this.tokens = [.. tokens];
        trie = new TokenTrie(this.tokens.Length);
        var first = new HashSet<char>();
        for (var i = 0; i < this.tokens.Length; i++)
        {
            var content = spelling(this.tokens[i]);
            if (content.Length == 0)
                continue;
            trie.Add(content, i);
            first.Add(content[0]);
        }

        starts = SearchValues.Create([.. first]);
    }

    public bool IsEmpty => tokens.Length == 0;

    /// <summary>Calls back for every stretch of text (id -1) and every token, in order.</summary>
    public void Split(string text, TokenFilter filter, Action<int, int, int> part)
    {
        var done = 0;
        for (var at = 0; at < text.Length;)
        {
            var skip = text.AsSpan(at).IndexOfAny(starts);
            if (skip < 0)
                break;
            at += skip;
            if (Longest(text, at, filter) is not (var token, var end))
            {
                at++;
                continue;
            }

            if (token.SingleWord && (IsWord(text.AsSpan(0, at), last: true) || IsWord(text.AsSpan(end), last: false)))
            {
                at = end;
                continue;
            }

            var start = at;
            while (token.LeftStrip && start > done && char.IsWhiteSpace(text[start - 1]))
                start--;
            while (token.RightStrip && end < text.Length && char.IsWhiteSpace(text[end]))
                end++;
            if (start > done)
                part(-1, done, start);
            part(token.Id, start, end);
            at = done = end;
        }

        if (done < text.Length)
            part(-1, done, text.Length);
    }

    (AddedToken Token, int End)? Longest(string text, int at, TokenFilter filter)
    {
        (AddedToken, int)? found = null;
        var node = 0;
        for (var i = at; i < text.Length && (node = trie.Step(node, text[i])) >= 0; i++)
        {
            var value = trie.ValueAt(node);
            if (value >= 0 && filter(tokens[value], at, i + 1 - at))
                found = (tokens[value], i + 1);
        }

        return found;
    }

    static bool IsWord(ReadOnlySpan<char> text, bool last)
    {
        if (text.IsEmpty)
            return false;
        Rune.DecodeFromUtf16(text, out var head, out _);
        if (last)
            Rune.DecodeLastFromUtf16(text, out head, out _);
        return CharacterKinds.IsWord(head);
    }
}
