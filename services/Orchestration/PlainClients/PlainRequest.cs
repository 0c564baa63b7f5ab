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

    public long? Seed { get; set; }

    public List<string>? Stop { get; set; }
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
            Seed = request.Seed,
            Stop = request.Stop ?? [],
        };
        return sampling switch
        {
            { MaxTokens: < 1 } => throw new ProblemException("invalid_request", "max_tokens is at least 1.", "max_tokens"),
            { Temperature: < 0 or > 2 } => throw new ProblemException("invalid_request", "temperature lies between 0 and 2.", "temperature"),
            { TopP: <= 0 or > 1 } => throw new ProblemException("invalid_request", "top_p lies above 0 and at most at 1.", "top_p"),
            _ => sampling,
        };
    }
}
