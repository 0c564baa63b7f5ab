using System.Text.Json;
using System.Text.Json.Serialization;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Orchestration.PlainClients;

/// <summary>A generation request as a program without MassTransit writes it: OpenAI's names, unknown keys refused by name.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed class PlainRequestBody
{
    public string? Model { get; set; }

    public string? Prompt { get; set; }

    public List<ChatTurn>? Messages { get; set; }

    public int? MaxTokens { get; set; }

    public double? Temperature { get; set; }

    public double? TopP { get; set; }

    public int? TopK { get; set; }

    public double? MinP { get; set; }

    public double? RepetitionPenalty { get; set; }

    public double? FrequencyPenalty { get; set; }

    public double? PresencePenalty { get; set; }

    public Dictionary<int, double>? LogitBias { get; set; }

    public long? Seed { get; set; }

    public List<string>? Stop { get; set; }

    public List<int>? StopTokenIds { get; set; }

    public PlainResponseFormat? ResponseFormat { get; set; }
}

/// <summary>What the answer must be, in OpenAI's shape.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed class PlainResponseFormat
{
    public string? Type { get; set; }

    public PlainJsonSchema? JsonSchema { get; set; }
}

/// <summary>A named schema. Name, description and strictness change nothing: an answer is always held to the schema.</summary>
internal sealed class PlainJsonSchema
{
    public JsonElement Schema { get; set; }
}

/// <summary>Who waits for the answer of which generation.</summary>
internal sealed class PlainRequestDocument : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string ReplyTo { get; init; }

    public string? CorrelationId { get; init; }
}

/// <summary>Reads requests; says what is wrong with a bad one.</summary>
internal static class PlainRequests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        MaxDepth = 16,
    };

    /// <exception cref="ProblemException">The body is not a request.</exception>
    public static RequestGeneration Read(ReadOnlySpan<byte> body, Guid id, string tenant)
    {
        PlainRequestBody request;
        try
        {
            request = JsonSerializer.Deserialize<PlainRequestBody>(body, Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException broken)
        {
            throw new ProblemException("invalid_request", $"The message is not a generation request: {broken.Message}", cause: broken);
        }

        if (string.IsNullOrEmpty(request.Model))
        {
            throw new ProblemException("invalid_request", "Name the model to ask.", "model");
        }

        if ((request.Prompt is null) == (request.Messages is not { Count: > 0 }))
        {
            throw new ProblemException("invalid_request", "Give either prompt or messages.", "prompt");
        }

        return new RequestGeneration
        {
            GenerationId = id,
            Job = new JobLink { RootId = id, Tenant = tenant },
            Model = request.Model,
            Prompt = request.Prompt,
            Messages = request.Messages ?? [],
            Sampling = Sampling(request),
        };
    }

    /// <summary>The same delivery gives the same id: a message that comes twice is one generation.</summary>
    public static Guid IdOf(string? messageId, string? replyTo, string? correlationId, ReadOnlySpan<byte> body) =>
        messageId is null && correlationId is null
            ? Guid.NewGuid()
            : Digest.ToGuid("plain", messageId ?? "", replyTo ?? "", correlationId ?? "", Digest.Of(body));

    private static SamplingSpec Sampling(PlainRequestBody request)
    {
        var defaults = new SamplingSpec();
        var sampling = new SamplingSpec
        {
            MaxTokens = request.MaxTokens ?? defaults.MaxTokens,
            Temperature = request.Temperature ?? defaults.Temperature,
            TopP = request.TopP ?? defaults.TopP,
            TopK = request.TopK ?? 0,
            MinP = request.MinP ?? 0,
            RepetitionPenalty = request.RepetitionPenalty ?? 1,
            FrequencyPenalty = request.FrequencyPenalty ?? 0,
            PresencePenalty = request.PresencePenalty ?? 0,
            LogitBias = request.LogitBias ?? [],
            Seed = request.Seed,
            Stop = request.Stop ?? [],
            StopTokens = request.StopTokenIds ?? [],
            Format = Format(request.ResponseFormat),
        };
        return sampling switch
        {
            { MaxTokens: < 1 } => throw new ProblemException("invalid_request", "max_tokens is at least 1.", "max_tokens"),
            { Temperature: < 0 or > 2 } => throw new ProblemException("invalid_request", "temperature lies between 0 and 2.", "temperature"),
            { TopP: <= 0 or > 1 } => throw new ProblemException("invalid_request", "top_p lies above 0 and at most at 1.", "top_p"),
            { TopK: < 0 } => throw new ProblemException("invalid_request", "top_k is not negative.", "top_k"),
            { MinP: < 0 or > 1 } => throw new ProblemException("invalid_request", "min_p lies between 0 and 1.", "min_p"),
            { RepetitionPenalty: <= 0 or > 10 } => throw new ProblemException("invalid_request", "repetition_penalty lies above 0 and at most at 10.", "repetition_penalty"),
            { FrequencyPenalty: < -2 or > 2 } => throw new ProblemException("invalid_request", "frequency_penalty lies between -2 and 2.", "frequency_penalty"),
            { PresencePenalty: < -2 or > 2 } => throw new ProblemException("invalid_request", "presence_penalty lies between -2 and 2.", "presence_penalty"),
            _ when sampling.LogitBias.Any(bias => bias.Key < 0 || bias.Value is < -100 or > 100) =>
                throw new ProblemException("invalid_request", "logit_bias maps token ids to numbers between -100 and 100.", "logit_bias"),
            _ when sampling.StopTokens.Any(token => token < 0) => throw new ProblemException("invalid_request", "stop_token_ids are not negative.", "stop_token_ids"),
            _ => sampling,
        };
    }

    private static AnswerFormat Format(PlainResponseFormat? format) => format switch
    {
        null or { Type: "text" } => new AnswerFormat(),
        { Type: "json_object" } => new AnswerFormat { Type = "json_object" },
        { Type: "json_schema", JsonSchema.Schema: { ValueKind: JsonValueKind.Object } schema } => new AnswerFormat { Type = "json_schema", Schema = schema.GetRawText() },
        _ => throw new ProblemException(
            "invalid_request", "response_format has the type text, json_object, or json_schema with json_schema.schema, an object.", "response_format"),
    };
}
