using System.Text;
using Aigc.Contracts.Inference;

namespace Aigc.Application.OpenAI;

/// <summary>
/// Puts the pieces of an answer in order. A piece that is early waits; one that is lost is made good by the final text, of which the
/// pieces are the beginning.
/// </summary>
internal sealed class PieceOrder
{
    private readonly SortedDictionary<int, string> _early = [];
    private readonly StringBuilder _told = new();
    private int _next;

    /// <summary>What can be told now.</summary>
    public string Take(TextStreamed piece)
    {
        if (piece.Sequence >= _next)
        {
            _early[piece.Sequence] = piece.Text;
        }

        var ready = new StringBuilder();
        while (_early.Remove(_next, out var text))
        {
            ready.Append(text);
            _next++;
        }

        _told.Append(ready);
        return ready.ToString();
    }

    /// <summary>What of the whole text has not been told. Nothing when it does not begin with what was: told is told.</summary>
    public string Rest(string whole)
    {
        var told = _told.ToString();
        return whole.StartsWith(told, StringComparison.Ordinal) ? whole[told.Length..] : "";
    }
}
