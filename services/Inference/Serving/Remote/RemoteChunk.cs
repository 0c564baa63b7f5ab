using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aigc.Contracts.Inference;

namespace Aigc.Inference.Serving.Remote;

/// <summary>One event of a stream, of either kind of completion.</summary>
internal sealed record RemoteChunk
{
    private static readonly JsonSerializerOptions Lenient = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The end of the stream.</summary>
    public static RemoteChunk Done { get; } = new();

    public IReadOnlyList<RemoteChoice>? Choices { get; init; }

    public RemoteUsage? Usage { get; init; }

    public JsonElement? Error { get; init; }

    /// <exception cref="JsonException">It is not JSON of this shape.</exception>
    public static RemoteChunk Read(string type, ReadOnlySpan<byte> data) =>
        data.SequenceEqual("[DONE]"u8) ? Done : JsonSerializer.Deserialize<RemoteChunk>(data, Lenient) ?? throw new JsonException("null");
}

/// <summary>A piece of one answer.</summary>
internal sealed record RemoteChoice
{
    public int Index { get; init; }

    public RemoteDelta? Delta { get; init; }

    [JsonPropertyName("text")]
    public string? Plain { get; init; }

    public string? FinishReason { get; init; }

    public RemoteLikelihoods? Logprobs { get; init; }

    [JsonIgnore]
    public string Text => Delta?.Content ?? Plain ?? "";
}

internal sealed record RemoteDelta
{
    public string? Content { get; init; }

    public IReadOnlyList<RemoteToolCall>? ToolCalls { get; init; }
}

/// <summary>A piece of a call; its id and name come with the first one.</summary>
internal sealed record RemoteToolCall
{
    public int Index { get; init; }

    public string? Id { get; init; }

    public RemoteFunction? Function { get; init; }
}

internal sealed record RemoteFunction
{
    public string? Name { get; init; }

    public string? Arguments { get; init; }
}

internal sealed record RemoteUsage
{
    public int PromptTokens { get; init; }

    public int CompletionTokens { get; init; }

    public RemoteUsageDetails? PromptTokensDetails { get; init; }
}

internal sealed record RemoteUsageDetails
{
    public int? CachedTokens { get; init; }
}

/// <summary>Log probabilities: a list of tokens (chat, and llama.cpp always), or columns (OpenAI's older form).</summary>
internal sealed record RemoteLikelihoods
{
    public IReadOnlyList<RemoteToken>? Content { get; init; }

    public IReadOnlyList<string>? Tokens { get; init; }

    public IReadOnlyList<double?>? TokenLogprobs { get; init; }

    public IReadOnlyList<IReadOnlyDictionary<string, double>?>? TopLogprobs { get; init; }

    /// <summary>As the contract has them.</summary>
    public IReadOnlyList<TokenLogProbability> Read()
    {
        if (Content is not null)
            return [.. Content.Select(token => token.Read())];
        if (Tokens is null || TokenLogprobs is null || Tokens.Count != TokenLogprobs.Count)
            return [];
        return
        [
            .. Tokens.Select((token, at) => Of(token, TokenLogprobs[at] ?? 0) with
            {
                Top = TopLogprobs?.ElementAtOrDefault(at) is { } top ? [.. top.OrderByDescending(rival => rival.Value).Select(rival => Of(rival.Key, rival.Value))] : [],
            }),
        ];
    }

    private static TokenLogProbability Of(string token, double logProbability) =>
        new() { Token = token, Bytes = Encoding.UTF8.GetBytes(token), LogProbability = logProbability };
}

internal sealed record RemoteToken
{
    public string Token { get; init; } = "";

    public double Logprob { get; init; }

    public IReadOnlyList<int>? Bytes { get; init; }

    public IReadOnlyList<RemoteToken>? TopLogprobs { get; init; }

    public TokenLogProbability Read() => new()
    {
        Token = Token,
        Bytes = Bytes is null ? Encoding.UTF8.GetBytes(Token) : [.. Bytes.Select(value => (byte)value)],
        LogProbability = Logprob,
        Top = TopLogprobs is null ? [] : [.. TopLogprobs.Select(rival => rival.Read())],
    };
}
