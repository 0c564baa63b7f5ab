using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>Strings with their quotes.</summary>
internal static class QuotedText
{
    private const int Open = -1, Closed = -2;

    public static Dfa Free(Location place, Budget budget) => Dfa.Explore(Open, (int s, byte b, out int t) =>
    {
        t = s == Open ? (b == '"' ? JsonChars.Between : int.MinValue)
            : s == Closed ? int.MinValue
            : s == JsonChars.Between && b == '"' ? Closed
            : JsonChars.Free(s, b) is >= 0 and var next ? next : int.MinValue;
        return t != int.MinValue;
    }, s => s == Closed, place, budget);

    /// <summary>Strings that match all patterns and have a length between bounds.</summary>
    public static Dfa Of(StringShape text, Location place, Budget budget)
    {
        Dfa? inside = null;
        foreach (var (pattern, pointer) in text.Patterns)
        {
            var at = place with { Pointer = pointer };
            var dfa = Pattern.Build(pattern, at, budget);
            inside = inside is null ? dfa : inside.And(dfa, at, budget);
        }
        if (text.Min > 0 || text.Max >= 0)
            inside = inside!.And(JsonChars.CanonicalOfLength(text.Min, text.Max, place, budget), place, budget);
        return Dfa.Explore(Open, (int s, byte b, out int t) =>
        {
            t = s == Open ? (b == '"' ? 0 : int.MinValue)
                : s == Closed ? int.MinValue
                : b == '"' && inside!.Accepts[s] ? Closed
                : inside!.Next[s][b] is >= 0 and var next ? next : int.MinValue;
            return t != int.MinValue;
        }, s => s == Closed, place, budget);
    }
}
