using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Generations;

namespace Aigc.Inference.Serving.Remote;

/// <summary>A command as the server reads it.</summary>
/// <param name="Path">Relative to the server's root.</param>
/// <param name="Body">JSON.</param>
internal sealed record RemoteRequest(string Path, byte[] Body)
{
    /// <summary>Writes a command. Every field the server knows is sent: its own defaults must not decide.</summary>
    /// <exception cref="GenerationFailedException">Names a field the server does not take.</exception>
    public static RemoteRequest Of(GenerateText command, RemoteManifest manifest, IReadOnlyList<string> extensions)
    {
        var sampling = command.Sampling;
        var body = new JsonObject
        {
            ["model"] = manifest.Model,
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
            ["max_tokens"] = Math.Min(sampling.MaxTokens, manifest.ContextLength - 1),
            ["temperature"] = sampling.Temperature,
            ["top_p"] = sampling.TopP,
            ["frequency_penalty"] = sampling.FrequencyPenalty,
            ["presence_penalty"] = sampling.PresencePenalty,
            ["n"] = sampling.Answers,
        };
        if (sampling.Seed is { } seed)
            body["seed"] = seed;
        if (sampling.Stop.Any(stop => stop.Length > 0))
            body["stop"] = new JsonArray([.. sampling.Stop.Where(stop => stop.Length > 0).Select(stop => JsonValue.Create(stop))]);
        if (sampling.LogitBias.Count > 0)
            body["logit_bias"] = new JsonObject(sampling.LogitBias.Select(bias => KeyValuePair.Create(FormattableString.Invariant($"{bias.Key}"), (JsonNode?)bias.Value)));
        Extend(body, sampling, extensions);
        if (command.Prompt is { } prompt)
            body["prompt"] = prompt;
        else
            body["messages"] = new JsonArray([.. command.Messages.Select(RemoteTools.Message)]);
        RemoteTools.Add(body, command);
        Likelihoods(body, sampling.TopLogProbabilities, command.Prompt is null);
        if (sampling.Format.Type != RequestChecks.Text)
        {
            // OpenAI's completions have no such field; some servers do.
            if (command.Prompt is not null && !extensions.Contains("response_format"))
                throw Refused("response_format");
            body["response_format"] = Format(sampling.Format);
        }
        return new(command.Prompt is null ? "v1/chat/completions" : "v1/completions", JsonSerializer.SerializeToUtf8Bytes(body));
    }

    private static void Extend(JsonObject body, SamplingSpec sampling, IReadOnlyList<string> extensions)
    {
        Set("top_k", "top_k", sampling.TopK != 0, sampling.TopK);
        Set("min_p", "min_p", sampling.MinP != 0, sampling.MinP);
        Set("repetition_penalty", extensions.Contains("repeat_penalty") ? "repeat_penalty" : "repetition_penalty", sampling.RepetitionPenalty != 1, sampling.RepetitionPenalty);
        Set("stop_token_ids", "stop_token_ids", sampling.StopTokens.Count > 0, new JsonArray([.. sampling.StopTokens.Select(id => JsonValue.Create(id))]));

        void Set(string param, string field, bool asked, JsonNode value)
        {
            if (extensions.Contains(field))
                body[field] = value;
            else if (asked)
                throw Refused(param);
        }
    }

    private static void Likelihoods(JsonObject body, int? rivals, bool chat)
    {
        if (rivals is not { } top)
            return;
        body["logprobs"] = chat ? true : top;
        if (chat)
            body["top_logprobs"] = top;
    }

    private static JsonObject Format(AnswerFormat format)
    {
        if (format.Type != "json_schema")
            return new() { ["type"] = format.Type };
        try
        {
            var schema = JsonNode.Parse(format.Schema!);
            return new() { ["type"] = format.Type, ["json_schema"] = new JsonObject { ["name"] = "answer", ["strict"] = true, ["schema"] = schema } };
        }
        catch (JsonException e)
        {
            throw new GenerationFailedException(Problems.Invalid("response_format", $"The schema is not JSON: {e.Message}"));
        }
    }

    private static GenerationFailedException Refused(string param) =>
        new(Problems.Invalid(param, $"The engine that serves this model does not take {param}: leave it out."));
}
