using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>A deterministic automaton over bytes, small: a number, a string, a set of keys. State 0 begins.</summary>
/// <param name="Next">256 entries a state; −1 where nothing follows.</param>
/// <param name="Accepts">Where it may end.</param>
internal sealed record Dfa(IReadOnlyList<int[]> Next, IReadOnlyList<bool> Accepts)
{
    /// <summary>All states a step function reaches.</summary>
    /// <param name="start">The first state.</param>
    /// <param name="step">The state after a byte; false where there is none.</param>
    /// <param name="accepts">Whether a text may end in the state.</param>
    /// <param name="place">Who is to blame for too many states.</param>
    public static Dfa Explore<TState>(TState start, StepOf<TState> step, Func<TState, bool> accepts, Location place, Budget budget, IEqualityComparer<TState>? equality = null)
        where TState : notnull
    {
        var (known, states, next) = (new Dictionary<TState, int>(equality) { [start] = 0 }, new List<TState> { start }, new List<int[]>());
        for (var i = 0; i < states.Count; i++)
        {
            var row = new int[256];
            budget.Spend(256);
            for (var b = 0; b < 256; b++)
            {
                row[b] = -1;
                if (!step(states[i], (byte)b, out var target))
                    continue;
                if (!known.TryGetValue(target, out row[b]))
                {
                    if (states.Count >= ConstraintLimits.PartStates)
                        throw place.Error(FormattableString.Invariant($"it needs more than {ConstraintLimits.PartStates} states; make it smaller"));
                    known.Add(target, row[b] = states.Count);
                    states.Add(target);
                }
            }
            next.Add(row);
        }
        return new(next, [.. states.Select(accepts)]);
    }

    /// <summary>Texts that both accept.</summary>
    public Dfa And(Dfa other, Location place, Budget budget) => Explore((A: 0, B: 0), (((int A, int B) s, byte b, out (int A, int B) t) =>
    {
        t = (Next[s.A][b], other.Next[s.B][b]);
        return t is { A: >= 0, B: >= 0 };
    }), s => Accepts[s.A] && other.Accepts[s.B], place, budget);

    /// <summary>Whether a whole text is accepted.</summary>
    public bool Matches(ReadOnlySpan<byte> text)
    {
        var state = 0;
        foreach (var b in text)
        {
            state = Next[state][b];
            if (state < 0)
                return false;
        }
        return Accepts[state];
    }
}

internal delegate bool StepOf<TState>(TState state, byte b, out TState next);
