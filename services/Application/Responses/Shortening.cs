using System.Runtime.CompilerServices;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Responses;

/// <summary>
/// <c>truncation: auto</c>: leaves out the oldest turns until the rest fits the model. Only the worker counts tokens, so it is asked
/// again with less; instructions and the last turn always stay.
/// </summary>
internal static class Shortening
{
    public static async IAsyncEnumerable<AnswerPiece> Ask(
        IReadOnlyList<ChatTurn> turns, Func<IReadOnlyList<ChatTurn>, IAsyncEnumerable<AnswerPiece>> ask, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            var pieces = ask(turns).GetAsyncEnumerator(ct);
            await using (pieces)
            {
                var (begun, shorter) = await Begin(pieces, turns);
                if (shorter is null)
                {
                    for (var more = begun; more; more = await pieces.MoveNextAsync())
                    {
                        yield return pieces.Current;
                    }

                    yield break;
                }

                turns = shorter;
            }
        }
    }

    /// <summary>Whether there is a first piece, or what to ask with instead.</summary>
    private static async Task<(bool Begun, IReadOnlyList<ChatTurn>? Shorter)> Begin(IAsyncEnumerator<AnswerPiece> pieces, IReadOnlyList<ChatTurn> turns)
    {
        try
        {
            return (await pieces.MoveNextAsync(), null);
        }
        catch (ProblemException refused) when (refused.Problem.Code == "context_length_exceeded" && Shorter(turns) is { } shorter)
        {
            return (false, shorter);
        }
    }

    /// <summary>Without the oldest eighth of what may go, or null when nothing may.</summary>
    internal static IReadOnlyList<ChatTurn>? Shorter(IReadOnlyList<ChatTurn> turns)
    {
        var kept = turns.TakeWhile(turn => turn.Role == "system").Count();
        var free = turns.Count - kept - 1;
        if (free < 1)
        {
            return null;
        }

        // What came of a call means nothing without the call: both go, or neither can.
        var rest = turns.Skip(kept + Math.Max(1, free / 8)).SkipWhile(turn => turn.Role == "tool").ToArray();
        return rest.Length > 0 ? [.. turns.Take(kept), .. rest] : null;
    }
}
