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
    private readonly List<int> _arguments = []; // characters told of each call's
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
        var calls = new List<ToolCallPiece>();
        while (_early.Remove(_next, out var next))
        {
            ready.Append(next.Text);
            calls.AddRange(next.ToolCalls.Where(Follows));
            likelihoods.AddRange(next.LogProbabilities);
            _next++;
        }

        _told.Append(ready);
        _likelihoods += likelihoods.Count;
        return new AnswerPiece(piece.Answer, ready.ToString(), likelihoods) { ToolCalls = calls };
    }

    /// <summary>What of the whole answer has not been told. No text when it does not begin with what was: told is told.</summary>
    public AnswerPiece Rest(int answer, TextAnswer whole)
    {
        var told = _told.ToString();
        var text = whole.Text.StartsWith(told, StringComparison.Ordinal) ? whole.Text[told.Length..] : "";
        return new AnswerPiece(answer, text, [.. whole.LogProbabilities.Skip(_likelihoods)]) { ToolCalls = [.. whole.ToolCalls.Select(Rest).OfType<ToolCallPiece>()] };
    }

    private ToolCallPiece? Rest(ToolCall call, int index) => index >= _arguments.Count
        ? new ToolCallPiece { Index = index, Id = call.Id, Name = call.Name, Arguments = call.Arguments }
        : _arguments[index] < call.Arguments.Length ? new ToolCallPiece { Index = index, Arguments = call.Arguments[_arguments[index]..] }
        : null;

    // Pieces in their order begin calls one after the other; what does otherwise is told at the end.
    private bool Follows(ToolCallPiece piece)
    {
        if (piece.Index == _arguments.Count && piece is { Id: not null, Name: not null })
        {
            _arguments.Add(0);
        }

        if (piece.Index < 0 || piece.Index >= _arguments.Count)
        {
            return false;
        }

        _arguments[piece.Index] += piece.Arguments.Length;
        return true;
    }
}
