namespace Aigc.Models.Text.Tokenizers;

/// <summary>What becomes of the matches of a split.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Finds start and end of matches, in order and without overlap.</summary>
internal delegate void FindMatches(ReadOnlySpan<char> text, List<(int Start, int End)> matches);

/// <summary>Cuts a piece at matches.</summary>
internal sealed class Splitter(FindMatches find, SplitBehavior behavior, bool invert = false)
{
    [ThreadStatic]
    static List<(int Start, int End)>? scratch;

    public void Split(Piece piece, List<Piece> pieces)
    {
        // Taken while in use, since a splitter may be asked from inside another one's callback.
        var matches = scratch ?? [];
        scratch = null;
        find(piece.Span, matches);
        var cut = new Cut(piece, pieces, behavior);
        var done = 0;
        foreach (var (start, end) in matches)
        {
            if (start > done)
                cut.Add(done, start, invert);
            cut.Add(start, end, !invert);
            done = end;
        }

        if (done < piece.Length)
            cut.Add(done, piece.Length, invert);
        cut.Finish();
        matches.Clear();
        scratch = matches.Capacity <= 1 << 16 ? matches : null;
    }

    /// <summary>Puts stretches together as the behavior says; one is held back until it is known what follows.</summary>
    struct Cut(Piece piece, List<Piece> pieces, SplitBehavior behavior)
    {
        int start;
        int end = -1;
        bool match;

        public void Add(int from, int to, bool isMatch)
        {
            if (behavior == SplitBehavior.Removed && isMatch)
                return;
            var joins = end >= 0 && behavior switch
            {
                SplitBehavior.Contiguous => isMatch == match,
                SplitBehavior.MergedWithPrevious => isMatch && !match,
                SplitBehavior.MergedWithNext => match && !isMatch,
                _ => false,
            };
            if (!joins)
            {
                Finish();
                start = from;
            }

            (end, match) = (to, isMatch);
        }

        public readonly void Finish()
        {
            if (end > start)
                pieces.Add(piece.Slice(start, end - start));
        }
    }
}
