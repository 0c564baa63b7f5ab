namespace Aigc.Benchmarks.Inference;

/// <summary>
/// Which rows are wanted: words behind <c>inference</c> on the command line. Each narrows its own kind and leaves the others whole:
/// <c>inference decode 135m int8</c>. Without a word of a kind, all of the kind.
/// </summary>
internal sealed class Selection
{
    private static readonly string[][] Kinds =
    [
        ["bandwidth", "parity", "prefill", "decode", "memory", "overhead", "platform", "adapters", "speculative"],
        ["135m", "0.5b"],
        ["int8", "int4", "int4-b128"],
        ["ort", "managed"],
        ["batch1", "batch4", "batch8", "batch16"],
    ];

    private readonly HashSet<string> _words;

    /// <exception cref="ArgumentException">A word that means nothing.</exception>
    public Selection(IEnumerable<string> words)
    {
        _words = [.. words];
        if (_words.FirstOrDefault(word => !Kinds.Any(kind => kind.Contains(word))) is { } unknown)
            throw new ArgumentException($"inference knows no \"{unknown}\"; it knows {string.Join(", ", Kinds.SelectMany(kind => kind))}.");
    }

    /// <summary>Whether the rows of that name are wanted.</summary>
    public bool Wants(string word) => Allows(word);

    public bool WantsAny(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (Allows(word))
                return true;
        }

        return false;
    }

    /// <summary>Whether nothing of this word's kind was said, or it was.</summary>
    public bool Allows(string word) => _words.Contains(word) || !Kinds.First(kind => kind.Contains(word)).Any(_words.Contains);
}
