using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Tools;

namespace Aigc.Inference.Serving;

/// <summary>One answer on its way.</summary>
internal interface ITextRun
{
    /// <summary>The text while it comes.</summary>
    AnswerText Answer { get; }

    /// <summary>What it calls while it comes; null for a request without tools.</summary>
    AnswerCalls? Calls { get; }

    /// <summary>Completes when the first token has been chosen, or with the answer.</summary>
    Task FirstText { get; }

    /// <summary>The finished answer, or <see cref="GenerationFailedException"/>.</summary>
    Task<GenerationResult> Completion { get; }

    /// <summary>Asks for an early end; the outcome is <c>cancelled</c>. Too late is no error.</summary>
    void Cancel();

    /// <summary>Tokens computed so far, to be read once it has ended; 0 for a run that cannot tell.</summary>
    (int Prompt, int Completion) Computed => default;
}
