using System.Globalization;
using System.Text.Json;
using Aigc.Contracts.Inference;

namespace Aigc.Application.OpenAI;

/// <summary>Reads how tokens are chosen: OpenAI's names, and vLLM's for what OpenAI has not.</summary>
internal static class SamplingFields
{
    private const int MaxTokens = 1_000_000;
    private const int MaxStops = 4;
    private const int MaxStopTokens = 16;
    private const int MaxAnswers = 16;
    private const int MaxBiases = 1024;
    private const int MaxChatRivals = 20;
    private const int MaxCompletionRivals = 5;

    /// <summary>What both endpoints take.</summary>
    public static SamplingSpec Read(RequestBody body, int maxTokens) => new()
    {
        MaxTokens = maxTokens,
        Temperature = body.Number("temperature", 0, 2) ?? 1,
        // OpenAI allows 0: only the likeliest token. The contract's range begins above it.
        TopP = Math.Max(body.Number("top_p", 0, 1) ?? 1, 1e-9),
        TopK = (int)(body.Whole("top_k", 0, MaxTokens) ?? 0),
        MinP = body.Number("min_p", 0, 1) ?? 0,
        RepetitionPenalty = body.Number("repetition_penalty", 0.01, 10) ?? 1,
        FrequencyPenalty = body.Number("frequency_penalty", -2, 2) ?? 0,
        PresencePenalty = body.Number("presence_penalty", -2, 2) ?? 0,
        LogitBias = Biases(body),
        Seed = body.Whole("seed", long.MinValue, long.MaxValue),
        Stop = body.Texts("stop", MaxStops),
        StopTokens = StopTokens(body),
        Answers = (int)(body.Whole("n", 1, MaxAnswers) ?? 1),
    };

    /// <summary>Rivals to tell with each token of a chat; null for no log probabilities.</summary>
    public static int? ChatRivals(RequestBody body)
    {
        var told = body.Flag("logprobs");
        var rivals = body.Whole("top_logprobs", 0, MaxChatRivals);
        if (rivals > 0 && !told)
        {
            throw RequestBody.Invalid("top_logprobs", "top_logprobs is only allowed when logprobs is true.");
        }

        return told ? (int)(rivals ?? 0) : null;
    }

    /// <summary>The same of a completion, where one number says both.</summary>
    public static int? CompletionRivals(RequestBody body) => (int?)body.Whole("logprobs", 0, MaxCompletionRivals);

    /// <summary>What the answer must be.</summary>
    public static AnswerFormat Format(RequestBody body)
    {
        const string Name = "response_format";
        if (body.Get(Name) is not { } format)
        {
            return new AnswerFormat();
        }

        if (format.ValueKind != JsonValueKind.Object || !format.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
        {
            throw RequestBody.Invalid(Name, "response_format is an object with a type.");
        }

        return type.GetString() switch
        {
            "text" => new AnswerFormat(),
            "json_object" => new AnswerFormat { Type = "json_object" },
            "json_schema" => new AnswerFormat { Type = "json_schema", Schema = Schema(format) },
            var other => throw RequestBody.Invalid("response_format.type", $"'{other}' is not a format; it is one of text, json_object, json_schema."),
        };
    }

    private static string Schema(JsonElement format) =>
        format.TryGetProperty("json_schema", out var wrapped) && wrapped.ValueKind == JsonValueKind.Object
        && wrapped.TryGetProperty("schema", out var schema) && schema.ValueKind == JsonValueKind.Object
            ? schema.GetRawText()
            : throw RequestBody.Invalid("response_format.json_schema", "response_format json_schema needs json_schema.schema, an object.");

    private static Dictionary<int, double> Biases(RequestBody body)
    {
        const string Name = "logit_bias";
        const string Shape = "logit_bias maps token ids to numbers between -100 and 100.";
        if (body.Get(Name) is not { } map)
        {
            return [];
        }

        if (map.ValueKind != JsonValueKind.Object || map.EnumerateObject().Count() > MaxBiases)
        {
            throw RequestBody.Invalid(Name, map.ValueKind == JsonValueKind.Object ? $"logit_bias takes at most {MaxBiases} tokens." : Shape);
        }

        var biases = new Dictionary<int, double>();
        foreach (var bias in map.EnumerateObject())
        {
            biases[int.TryParse(bias.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token) ? token : throw RequestBody.Invalid(Name, Shape)] =
                bias.Value.ValueKind == JsonValueKind.Number && bias.Value.GetDouble() is >= -100 and <= 100 and var value ? value : throw RequestBody.Invalid(Name, Shape);
        }

        return biases;
    }

    private static int[] StopTokens(RequestBody body)
    {
        const string Name = "stop_token_ids";
        return body.Get(Name) switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() <= MaxStopTokens =>
                [.. list.EnumerateArray().Select(id => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var token) && token >= 0 ? token : throw Wrong())],
            _ => throw Wrong(),
        };

        static Exception Wrong() => RequestBody.Invalid(Name, $"stop_token_ids is a list of at most {MaxStopTokens} token ids.");
    }
}
