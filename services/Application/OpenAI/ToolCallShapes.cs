using System.Text.Json.Serialization;
using Aigc.Contracts.Inference;

namespace Aigc.Application.OpenAI;

/// <summary>A call of a function.</summary>
internal sealed record ChatToolCall(string Id, string Type, ChatFunctionCall Function)
{
    /// <summary>Null for none: the key is left out.</summary>
    public static IReadOnlyList<ChatToolCall>? Of(IReadOnlyList<ToolCall> calls) =>
        calls.Count == 0 ? null : [.. calls.Select(call => new ChatToolCall(call.Id, "function", new ChatFunctionCall(call.Name, call.Arguments)))];
}

internal sealed record ChatFunctionCall(string Name, string Arguments);

/// <summary>A piece of a call: id, type and name come with the first.</summary>
internal sealed record ChunkToolCall(
    int Index,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Type,
    ChunkFunctionCall Function)
{
    public static IReadOnlyList<ChunkToolCall> Of(IReadOnlyList<ToolCallPiece> pieces) =>
        [.. pieces.Select(piece => new ChunkToolCall(piece.Index, piece.Id, piece.Id is null ? null : "function", new ChunkFunctionCall(piece.Name, piece.Arguments)))];
}

internal sealed record ChunkFunctionCall([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name, string Arguments);
