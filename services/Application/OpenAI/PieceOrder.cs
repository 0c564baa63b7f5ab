using System.Text;
using Aigc.Contracts.Inference;

namespace Aigc.Application.OpenAI;

/// <summary>
/// Puts the pieces of one answer in order. A piece that is early waits; one that is lost is made good by the final text, of which the
/// pieces are the beginning.
/// </summary>
internal sealed class PieceOrder
{
    private readonly SortedDictionary<int, TextStreamed> _early = [];
    private readonly StringBuilder _told = new();
    private int _next;
    private int _likelihoods;

    /// <summary>What can be told now.</summary>
    public AnswerPiece Take(TextStreamed piece)
    {
        if (piece.Sequence >= _next)
        {
            _early[piece.Sequence] = piece;
        }

        var ready = new StringBuilder();
        var likelihoods = new List<TokenLogProbability>();
        while (_early.Remove(_next, out var next))
        {
            ready.Append(next.Text);
            likelihoods.AddRange(next.LogProbabilities);
            _next++;
        }

        _told.Append(ready);
        _likelihoods += likelihoods.Count;
        return new AnswerPiece(piece.Answer, ready.ToString(), likelihoods);
    }

    /// <summary>What of the whole answer has not been told. No text when it does not begin with what was: told is told.</summary>
    public AnswerPiece Rest(int answer, TextAnswer whole)
    {
        var told = _told.ToString();
        var text = whole.Text.StartsWith(told, StringComparison.Ordinal) ? whole.Text[told.Length..] : "";
        return new AnswerPiece(answer, text, [.. whole.LogProbabilities.Skip(_likelihoods)]);
    }
}
