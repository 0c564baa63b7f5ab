using Aigc.Inference.Engine.Constraints.Masks;

namespace Aigc.Inference.Engine.Constraints;

/// <summary>One answer's way through a compiled schema, or through calls of tools.</summary>
internal sealed class JsonConstraint(Machine machine, ITokenText text) : ITokenConstraint
{
    private State? _state; // null before the first token: the machine's states are its thread's
    private int _generation;

    public int LeastTokens => (int)Math.Min(_state?.Cost ?? machine.Least, int.MaxValue);

    public bool IsFinished => _state?.IsFinished == true;

    public void Apply(Span<float> logits, int remaining)
    {
        machine.Trim();
        var state = Present();
        machine.MaskOf(state).Apply(logits, remaining - state.Cost);
    }

    public void Accept(int token)
    {
        if (text.IsEnd(token))
            return;
        var state = Present();
        foreach (var b in text.BytesOf(token))
            state = machine.Next(state, b);
        _state = state;
    }

    /// <summary>Reads what was written before it began. False, and nothing is read, where it could not have been.</summary>
    public bool TryRead(ReadOnlySpan<byte> bytes)
    {
        var state = Present();
        foreach (var b in bytes)
        {
            state = machine.Next(state, b);
            if (ReferenceEquals(state, State.Dead))
                return false;
        }
        _state = state;
        return true;
    }

    private State Present()
    {
        if (_state is null)
            _state = machine.Start;
        else if (_generation != machine.Generation)
            _state = machine.Again(_state);
        _generation = machine.Generation;
        return _state;
    }
}
