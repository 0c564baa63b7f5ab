using Aigc.Contracts.Inference;

namespace Aigc.Inference.Engine.Constraints;

/// <summary>Makes the constraints of answers to one model: they depend on its tokens.</summary>
internal interface ITokenConstraints
{
    /// <summary>A constraint for one answer; null where anything goes.</summary>
    /// <exception cref="GenerationFailedException">The format cannot be kept, for a reason the sender is told.</exception>
    ITokenConstraint? For(AnswerFormat format);
}
