namespace Aigc.Inference.Engine.Constraints.Schemas;

/// <summary>A schema that cannot be enforced, by the place that is at fault.</summary>
/// <param name="pointer">JSON pointer into the schema, empty for the root.</param>
/// <param name="reason">What is wrong there and what to do.</param>
internal sealed class SchemaException(string pointer, string reason)
    : Exception(pointer.Length == 0 ? $"The JSON schema cannot be enforced: {reason}" : $"The JSON schema cannot be enforced at {pointer}: {reason}");

/// <summary>Steps of one compilation; whoever loops spends them.</summary>
internal sealed class Budget(long steps = ConstraintLimits.Steps)
{
    private long _left = steps;

    public void Spend(long amount = 1)
    {
        _left -= amount;
        if (_left < 0)
            throw new SchemaException("", "it takes too many steps to compile; make it smaller");
    }
}
