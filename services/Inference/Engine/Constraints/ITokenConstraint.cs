namespace Aigc.Inference.Engine.Constraints;

/// <summary>
/// What one answer must be, token by token. One instance an answer; used by the generator's thread alone; allocates nothing a step once the
/// masks it needs are known.
/// </summary>
internal interface ITokenConstraint
{
    /// <summary>Tokens after which the answer can be complete and ended, counted from here, the ending token included.</summary>
    int LeastTokens { get; }

    /// <summary>The answer is complete and nothing but an ending token may follow: it need not be asked for.</summary>
    bool IsFinished { get; }

    /// <summary>
    /// Sets the logits of tokens that may not come next to negative infinity. At least one token stays possible: where the answer is complete,
    /// the tokens that end it. Tokens after which the answer could not be completed and ended within the budget are not possible.
    /// </summary>
    /// <param name="logits">One a token; those beyond the vocabulary are excluded.</param>
    /// <param name="remaining">Tokens that may still be chosen, this one included; at least <see cref="LeastTokens"/>.</param>
    void Apply(Span<float> logits, int remaining);

    /// <summary>The chosen token, one that <see cref="Apply"/> left possible.</summary>
    void Accept(int token);
}
