namespace Aigc.Inference.Engine.Constraints;

/// <summary>What one answer must be, token by token. One instance an answer; used by the generator's thread alone; allocates nothing a step.</summary>
internal interface ITokenConstraint
{
    /// <summary>
    /// Sets the logits of tokens that may not come next to negative infinity. At least one token stays possible: where the answer is complete,
    /// the tokens that end it.
    /// </summary>
    void Apply(Span<float> logits);

    /// <summary>The chosen token, one that <see cref="Apply"/> left possible.</summary>
    void Accept(int token);
}
