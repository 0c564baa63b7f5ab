using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aigc.Application.OpenAI;

/// <summary>What OpenAI's endpoints answer with. Property names become snake case; nulls are written where OpenAI writes them.</summary>
internal static class OpenAIJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}

internal sealed record UsageCount(int PromptTokens, int CompletionTokens, int TotalTokens, PromptDetails PromptTokensDetails, CompletionDetails CompletionTokensDetails)
{
    public static UsageCount Of(int prompt, int cached, int completion) => new(prompt, completion, prompt + completion, new PromptDetails(cached, 0), new CompletionDetails(0, 0, 0, 0));
}

internal sealed record PromptDetails(int CachedTokens, int AudioTokens);

internal sealed record CompletionDetails(int ReasoningTokens, int AudioTokens, int AcceptedPredictionTokens, int RejectedPredictionTokens);

internal sealed record ChatCompletion(string Id, string Object, long Created, string Model, IReadOnlyList<ChatChoice> Choices, UsageCount Usage, string ServiceTier, string SystemFingerprint);

internal sealed record ChatChoice(int Index, ChatMessage Message, ChatLogprobs? Logprobs, string FinishReason);

/// <summary>Content is null where there are calls alone.</summary>
internal sealed record ChatMessage(
    string Role, string? Content, string? Refusal, IReadOnlyList<object> Annotations,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ChatToolCall>? ToolCalls);

internal record ChatChunk(string Id, string Object, long Created, string Model, string ServiceTier, string SystemFingerprint, IReadOnlyList<ChunkChoice> Choices);

/// <summary>A chunk of a stream that was asked to end with its usage: every chunk carries the key.</summary>
internal sealed record ChatChunkWithUsage(
    string Id, string Object, long Created, string Model, string ServiceTier, string SystemFingerprint, IReadOnlyList<ChunkChoice> Choices, UsageCount? Usage)
    : ChatChunk(Id, Object, Created, Model, ServiceTier, SystemFingerprint, Choices);

internal sealed record ChunkChoice(int Index, ChunkDelta Delta, ChatLogprobs? Logprobs, string? FinishReason);

internal sealed record ChunkDelta(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Content = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ChunkToolCall>? ToolCalls = null);

internal record TextCompletion(string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<TextChoice> Choices);

internal sealed record TextCompletionWithUsage(
    string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<TextChoice> Choices, UsageCount? Usage)
    : TextCompletion(Id, Object, Created, Model, SystemFingerprint, Choices);

internal sealed record TextChoice(string Text, int Index, TextLogprobs? Logprobs, string? FinishReason);

internal sealed record ModelEntry(string Id, string Object, long Created, string OwnedBy);

internal sealed record ModelEntries(string Object, IReadOnlyList<ModelEntry> Data);
