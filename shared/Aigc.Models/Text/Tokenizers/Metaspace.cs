namespace Aigc.Models.Text.Tokenizers;

/// <summary>SentencePiece's way with spaces: they become <c>▁</c>, one is put in front, and every piece begins with its own.</summary>
internal sealed class Metaspace
{
    readonly string replacement;
    readonly string scheme;
    readonly bool split;
    readonly Splitter splitter;

    public Metaspace(TokenizerPart part)
    {
        replacement = part.Text("replacement", "▁");
        scheme = part.Text("prepend_scheme", part.Flag("add_prefix_space", true) ? "always" : "never");
        split = part.Flag("split", true);
        if (replacement.Length != 1)
            throw new FormatException($"{part.Path}.replacement is not one character");
        if (scheme is not ("always" or "never" or "first"))
            throw new FormatException($"{part.Path}.prepend_scheme \"{scheme}\" is not supported");
        var mark = replacement[0];
        splitter = new Splitter((text, matches) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] == mark)
                    matches.Add((i, i + 1));
            }
        }, SplitBehavior.MergedWithNext);
    }

    public void Split(Piece piece, List<Piece> pieces)
    {
        if (piece.Length == 0)
            return;
        var text = new string(piece.Span).Replace(' ', replacement[0]);
        if (text[0] != replacement[0] && (scheme == "always" || (scheme == "first" && piece.First)))
            text = replacement + text;
        var whole = new Piece(text, 0, text.Length, piece.First);
        if (split)
            splitter.Split(whole, pieces);
        else
            pieces.Add(whole);
    }
}
