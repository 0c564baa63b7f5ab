using System.Text.Json;

namespace Aigc.Models.Templates;

/// <summary>A token that stands in the vocabulary as a whole, with the white space it takes along.</summary>
internal sealed record ChatToken(string Content, int Id, bool TakesLeft, bool TakesRight, bool IsWord);

/// <summary>
/// Cuts a rendered conversation at its special tokens. A spelling counts only where the template wrote every character of it: what a message
/// spells stays text, wherever it stands and whatever it stands beside.
/// </summary>
internal sealed class SpecialSplitter
{
    readonly ILookup<char, ChatToken> tokens;

    public SpecialSplitter(IEnumerable<ChatToken> tokens)
    {
        this.tokens = tokens.Where(token => token.Content.Length > 0).OrderByDescending(token => token.Content.Length).ToLookup(token => token.Content[0]);
    }

    /// <summary>The added tokens of a folder's <c>tokenizer.json</c>.</summary>
    /// <exception cref="FormatException">The list is broken.</exception>
    public static SpecialSplitter Read(JsonElement tokenizer)
    {
        if (!tokenizer.TryGetProperty("added_tokens", out var added) || added.ValueKind != JsonValueKind.Array)
            return new([]);
        try
        {
            return new([.. added.EnumerateArray().Select(token => new ChatToken(
                token.GetProperty("content").GetString() ?? "", token.GetProperty("id").GetInt32(), Flag(token, "lstrip"), Flag(token, "rstrip"), Flag(token, "single_word")))]);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FormatException("added_tokens: " + e.Message, e);
        }

        static bool Flag(JsonElement token, string name) => token.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
    }

    /// <summary>Ids of a rendered text.</summary>
    /// <param name="text">Knows what the template wrote.</param>
    /// <param name="encode">Ids of ordinary text; must not yield a special one.</param>
    public IReadOnlyList<int> Encode(JinjaText text, Func<string, IReadOnlyList<int>> encode)
    {
        var ids = new List<int>();
        var (value, from) = (text.Value, 0);
        for (var at = 0; at < value.Length; at++)
        {
            if (tokens[value[at]].FirstOrDefault(token => Stands(text, token, at)) is not { } found)
                continue;
            var (end, next) = (at, at + found.Content.Length);
            while (found.TakesLeft && end > from && Lexer.IsSpace(value[end - 1]))
                end--;
            while (found.TakesRight && next < value.Length && Lexer.IsSpace(value[next]))
                next++;
            if (end > from)
                ids.AddRange(encode(value[from..end]));
            ids.Add(found.Id);
            (from, at) = (next, next - 1);
        }
        if (from < value.Length)
            ids.AddRange(encode(value[from..]));
        return ids;
    }

    static bool Stands(JinjaText text, ChatToken token, int at)
    {
        var end = at + token.Content.Length;
        return string.CompareOrdinal(text.Value, at, token.Content, 0, token.Content.Length) == 0 && text.IsOfTemplate(at, token.Content.Length)
            && !(token.IsWord && ((at > 0 && IsWord(text.Value[at - 1])) || (end < text.Value.Length && IsWord(text.Value[end]))));
    }

    static bool IsWord(char c) => c == '_' || char.IsLetterOrDigit(c);
}
