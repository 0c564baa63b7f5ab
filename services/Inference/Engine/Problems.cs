using Aigc.Contracts;

namespace Aigc.Inference.Engine;

/// <summary>The reasons a request gets no answer, each with what to do next.</summary>
internal static class Problems
{
    public static Problem ContextLengthExceeded(int promptTokens, int contextLength) => new()
    {
        Code = "context_length_exceeded",
        Message = FormattableString.Invariant(
            $"The prompt has {promptTokens} tokens; this model takes {contextLength} tokens of prompt and answer together: shorten the prompt to {contextLength - 1} tokens or fewer."),
        Param = "messages",
    };

    public static Problem LineFull(int waiting) => new()
    {
        Code = "engine_overloaded",
        Message = FormattableString.Invariant($"{waiting} requests are waiting for this model already: try again later."),
        Transient = true,
    };

    public static Problem NoMemory { get; } = new()
    {
        Code = "engine_overloaded",
        Message = "Models and adapters in use leave no memory for this adapter: try again later.",
        Transient = true,
    };

    public static Problem Cancelled { get; } = new() { Code = "cancelled", Message = "The generation was cancelled before it was finished." };

    public static Problem NotANumber(int token) => new()
    {
        Code = "model_output_invalid",
        Message = FormattableString.Invariant($"The model gave logits that are not numbers at token {token} of the answer: the model is damaged or unstable for this prompt."),
    };

    public static Problem EngineFault(string reason) => new()
    {
        Code = "engine_fault",
        Message = $"The engine could not run this request: {reason}",
        Transient = true,
    };

    public static Problem Unloaded { get; } = new()
    {
        Code = "worker_stopping",
        Message = "The worker stopped before the generation was finished: send it again.",
        Transient = true,
    };

    public static Problem Invalid(string param, string message) => new() { Code = "invalid_request", Message = message, Param = param };
}
