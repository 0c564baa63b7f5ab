using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Generations;

/// <summary>Ranges of a request's fields, before anything is loaded for it. Fields have OpenAI's names, and vLLM's where OpenAI has none.</summary>
internal static class RequestChecks
{
    /// <summary>The answer format that anything is.</summary>
    public const string Text = "text";

    private const int MostStops = 16;
    private const int MostAnswers = 16;
    private const int MostRivals = 20;
    private const int MostBiases = 1024; // OpenAI's limit
    private const int MostSchema = 1 << 18;

    /// <summary>What is wrong, or null.</summary>
    public static Problem? Check(GenerateText command)
    {
        var sampling = command.Sampling;
        return command switch
        {
            { Prompt: null, Messages.Count: 0 } => Problems.Invalid("messages", "A generation needs a prompt or messages."),
            { Prompt: not null, Messages.Count: > 0 } => Problems.Invalid("prompt", "A generation takes a prompt or messages, not both."),
            _ when sampling.MaxTokens < 1 => Problems.Invalid("max_tokens", "max_tokens must be at least 1."),
            _ when sampling.Answers is < 1 or > MostAnswers => Problems.Invalid("n", $"n must be between 1 and {MostAnswers}."),
            _ => Cuts(sampling) ?? Shapes(sampling) ?? Ends(sampling) ?? Format(sampling.Format) ?? ToolChecks.Check(command),
        };
    }

    private static Problem? Cuts(SamplingSpec sampling) => sampling switch
    {
        { Temperature: not (>= 0 and <= 2) } => Problems.Invalid("temperature", "temperature must be between 0 and 2."),
        { TopP: not (> 0 and <= 1) } => Problems.Invalid("top_p", "top_p must be above 0 and at most 1."),
        { TopK: < 0 } => Problems.Invalid("top_k", "top_k must not be negative; 0 means all tokens."),
        { MinP: not (>= 0 and <= 1) } => Problems.Invalid("min_p", "min_p must be between 0 and 1."),
        { TopLogProbabilities: < 0 or > MostRivals } => Problems.Invalid("top_logprobs", $"top_logprobs must be between 0 and {MostRivals}."),
        _ => null,
    };

    private static Problem? Shapes(SamplingSpec sampling) => sampling switch
    {
        { RepetitionPenalty: not (> 0 and <= 10) } => Problems.Invalid("repetition_penalty", "repetition_penalty must be above 0 and at most 10; 1 means none."),
        { FrequencyPenalty: not (>= -2 and <= 2) } => Problems.Invalid("frequency_penalty", "frequency_penalty must be between -2 and 2."),
        { PresencePenalty: not (>= -2 and <= 2) } => Problems.Invalid("presence_penalty", "presence_penalty must be between -2 and 2."),
        { LogitBias.Count: > MostBiases } => Problems.Invalid("logit_bias", $"At most {MostBiases} tokens can be biased."),
        _ when sampling.LogitBias.Any(bias => bias.Key < 0 || bias.Value is not (>= -100 and <= 100)) =>
            Problems.Invalid("logit_bias", "logit_bias maps token ids to numbers between -100 and 100."),
        _ => null,
    };

    private static Problem? Ends(SamplingSpec sampling) => sampling switch
    {
        { Stop.Count: > MostStops } => Problems.Invalid("stop", $"At most {MostStops} stop texts are taken."),
        { StopTokens.Count: > MostStops } => Problems.Invalid("stop_token_ids", $"At most {MostStops} stop tokens are taken."),
        _ when sampling.Stop.Any(stop => stop.Length > StopTexts.MaxLength) => Problems.Invalid("stop", $"A stop text has at most {StopTexts.MaxLength} characters."),
        _ when sampling.StopTokens.Any(token => token < 0) => Problems.Invalid("stop_token_ids", "A stop token is an id of the model; ids are not negative."),
        _ => null,
    };

    private static Problem? Format(AnswerFormat format) => format switch
    {
        { Type: not (Text or "json_object" or "json_schema") } => Problems.Invalid("response_format", "response_format is text, json_object or json_schema."),
        { Type: "json_schema", Schema: null or "" } => Problems.Invalid("response_format", "response_format json_schema needs a schema."),
        { Schema.Length: > MostSchema } => Problems.Invalid("response_format", $"A schema has at most {MostSchema} characters."),
        _ => null,
    };
}
