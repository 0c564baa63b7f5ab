using Aigc.Inference.Engine.Constraints.Masks;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>
/// Calls of tools: an opening, a call, then any number of times what stands between calls and another one, and a closing. The last two may begin alike, or the
/// one be the beginning of the other: they are followed together for as long as they agree.
/// </summary>
internal sealed class CallsRule : Rule
{
    private const int Bits = 2;
    private const int Opening = 0, Either = 1, Closing = 2, Next = 3;
    private readonly Literal _opening;
    private readonly Literal _closing;
    private readonly Literal? _next;
    private readonly Value _call;
    private Rest _least;

    public CallsRule(byte[] opening, Value call, byte[]? next, byte[] closing, bool[] usable) =>
        (_opening, _call, _next, _closing) = (new(opening, usable), call, next is null ? null : new(next, usable), new(closing, usable));

    /// <summary>Only an ending token shows that no further call follows.</summary>
    public bool EndsUnseen => _closing.Bytes.Length == 0 || _next?.Bytes.AsSpan().StartsWith(_closing.Bytes) == true;

    public override void Step(long state, Node? below, byte b, Stepper into)
    {
        var (phase, at) = ((int)state & ((1 << Bits) - 1), (int)(state >> Bits));
        if (phase == Opening || (phase == Next && at == _next!.Bytes.Length))
        {
            if (phase == Opening && at < _opening.Bytes.Length)
            {
                if (_opening.Bytes[at] == b)
                    into.Open(this, Pack(Opening, at + 1), below);
                return;
            }
            into.Begin(_call, this, Pack(_next is null ? Closing : Either, 0), below, b);
            return;
        }
        var closes = phase != Next && at < _closing.Bytes.Length && _closing.Bytes[at] == b;
        var goesOn = phase != Closing && _next is not null && at < _next.Bytes.Length && _next.Bytes[at] == b;
        if (closes && goesOn)
            into.Open(this, Pack(Either, at + 1), below);
        else if (goesOn)
            into.Open(this, Pack(Next, at + 1), below);
        else if (closes && at + 1 == _closing.Bytes.Length)
            into.Close(below!);
        else if (closes)
            into.Open(this, Pack(Closing, at + 1), below);
    }

    public override Rest From(long state)
    {
        var (phase, at) = ((int)state & ((1 << Bits) - 1), (int)(state >> Bits));
        return phase switch
        {
            Opening => _opening.From(at).Then(_least),
            Next => _next!.From(at).Then(_least),
            _ when at > _closing.Bytes.Length => _next!.From(at).Then(_least),
            _ => _closing.From(at),
        };
    }

    public override bool MayEnd(long state) => ((int)state & ((1 << Bits) - 1)) is Either or Closing && (state >> Bits) == _closing.Bytes.Length;

    protected override void Prepare() => _least = _call.Least.Inside.Then(_closing.From(0));

    private static long Pack(int phase, int at) => ((long)at << Bits) | (long)phase;
}
