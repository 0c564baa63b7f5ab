using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Generations;

/// <summary>Ranges of a request's fields, before anything is loaded for it.</summary>
internal static class RequestChecks
{
    private const int MostStops = 16;

    /// <summary>What is wrong, or null.</summary>
    public static Problem? Check(GenerateText command)
    {
        var sampling = command.Sampling;
        return command switch
        {
            { Prompt: null, Messages.Count: 0 } => Problems.Invalid("messages", "A generation needs a prompt or messages."),
            { Prompt: not null, Messages.Count: > 0 } => Problems.Invalid("prompt", "A generation takes a prompt or messages, not both."),
            _ when sampling.MaxTokens < 1 => Problems.Invalid("max_tokens", "max_tokens must be at least 1."),
            _ when sampling.Temperature is not (>= 0 and <= 2) => Problems.Invalid("temperature", "temperature must be between 0 and 2."),
            _ when sampling.TopP is not (> 0 and <= 1) => Problems.Invalid("top_p", "top_p must be above 0 and at most 1."),
            _ when sampling.TopK < 0 => Problems.Invalid("top_k", "top_k must not be negative; 0 means all tokens."),
            _ when sampling.Stop.Count > MostStops => Problems.Invalid("stop", $"At most {MostStops} stop texts are taken."),
            _ when sampling.Stop.Any(stop => stop.Length > StopTexts.MaxLength) => Problems.Invalid("stop", $"A stop text has at most {StopTexts.MaxLength} characters."),
            _ => null,
        };
    }
}
