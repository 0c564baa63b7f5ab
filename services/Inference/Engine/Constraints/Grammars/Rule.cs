using Aigc.Inference.Engine.Constraints.Masks;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>
/// One kind of value as an automaton whose states are numbers. State 0 is before its first byte. A value inside opens a frame of its own; a rule is
/// deterministic but for the choice of which alternative begins.
/// </summary>
internal abstract class Rule
{
    /// <summary>The shortest whole text, as far as the search for it has come.</summary>
    public Rest Least { get; private set; } = Rest.None;

    /// <summary>Reads a byte and hands all that may come of it to <paramref name="into"/>; nothing where the byte may not follow.</summary>
    /// <param name="state">Where this frame is.</param>
    /// <param name="below">The frame that waits for the end of this one; null for the outermost.</param>
    /// <param name="b">The byte.</param>
    /// <param name="into">Takes what may come of it.</param>
    public abstract void Step(long state, Node? below, byte b, Stepper into);

    /// <summary>The shortest way to the end of this frame.</summary>
    public abstract Rest From(long state);

    /// <summary>The value may end here, though nothing shows it but what follows: a number.</summary>
    public virtual bool MayEnd(long state) => false;

    /// <summary>A state with the same future for as many bytes; counters far from their bounds are alike.</summary>
    public virtual long Alike(long state, int bytes) => state;

    /// <summary>Looks once more for a shorter text; false when there is none.</summary>
    public bool Shorten()
    {
        Prepare();
        var least = From(0);
        if (least.Cost >= Least.Cost)
            return false;
        Least = least;
        return true;
    }

    /// <summary>The values inside have become shorter.</summary>
    protected virtual void Prepare()
    {
    }
}

/// <summary>The alternatives of one place.</summary>
internal sealed class Value
{
    public List<Rule> Rules { get; } = [];

    public Rest Least
    {
        get
        {
            var least = Rest.None;
            foreach (var rule in Rules)
                least = Rest.Least(least, rule.Least);
            return least;
        }
    }
}

/// <summary>A rule that opens no frames: it has no values inside.</summary>
internal abstract class LeafRule : Rule
{
    /// <summary>Whether some text ends where it could also go on.</summary>
    public virtual bool EndsUnseen => false;

    public sealed override void Step(long state, Node? below, byte b, Stepper into)
    {
        var next = Next(state, b);
        if (next >= 0)
        {
            if (MayEnd(next) && IsLast(next))
                into.Close(below!);
            else
                into.Open(this, next, below);
        }
        if (MayEnd(state))
            below!.Rule.Step(below.State, below.Below, b, into);
    }

    /// <summary>The state after a byte, or −1.</summary>
    protected abstract long Next(long state, byte b);

    /// <summary>Nothing follows within the value.</summary>
    protected abstract bool IsLast(long state);
}

/// <summary>The whole answer: one value and then its end. The end costs a token where only that token shows it.</summary>
internal sealed class RootRule(Value value, int end) : Rule
{
    public const long After = 1;

    public override void Step(long state, Node? below, byte b, Stepper into)
    {
        if (state == 0)
            into.Begin(value, this, After, below, b);
    }

    public override Rest From(long state) => state == After ? new(end, 0) : value.Least.Inside.Plus(end);
}
