namespace Aigc.Inference.Engine;

/// <summary>Finds the texts that end an answer, on text rather than tokens: a stop text may begin inside one token and end inside another.</summary>
internal sealed class StopTexts
{
    /// <summary>Most characters of one stop text: bounds what is searched after every token.</summary>
    public const int MaxLength = 1024;

    private readonly string[] _stops;

    /// <summary>Empty texts stop nothing and are left out.</summary>
    public StopTexts(IReadOnlyList<string> stops)
    {
        _stops = [.. stops.Where(stop => stop.Length > 0)];
        Longest = _stops.Length == 0 ? 0 : _stops.Max(stop => stop.Length);
    }

    /// <summary>Characters of the longest.</summary>
    public int Longest { get; }

    /// <summary>Start of the earliest stop text in <paramref name="text"/>, or −1.</summary>
    public int Find(ReadOnlySpan<char> text)
    {
        var earliest = -1;
        foreach (var stop in _stops)
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (earliest < 0 || at < earliest))
                earliest = at;
        }
        return earliest;
    }

    /// <summary>Characters at the end of <paramref name="text"/> that could be the beginning of a stop text and must not be shown yet.</summary>
    public int Held(ReadOnlySpan<char> text)
    {
        var held = 0;
        foreach (var stop in _stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > held; length--)
            {
                if (text.EndsWith(stop.AsSpan(0, length), StringComparison.Ordinal))
                    held = length;
            }
        }
        return held;
    }
}
