using System.Text.Json;
using Aigc.Contracts.Inference;

namespace Aigc.Application.OpenAI;

/// <summary>Reads the <c>messages</c> of a chat.</summary>
internal static class ChatMessages
{
    public static IReadOnlyList<ChatTurn> Read(RequestBody body) => body.Get("messages") switch
    {
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 => [.. list.EnumerateArray().Select(Turn)],
        null => throw new ServiceDefaults.ProblemException("missing_required_parameter", "You must provide a messages parameter.", "messages"),
        _ => throw RequestBody.Invalid("messages", "messages must be a list of at least one message."),
    };

    private static ChatTurn Turn(JsonElement message, int index)
    {
        var at = $"messages[{index}]";
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String)
        {
            throw RequestBody.Invalid($"{at}.role", "Every message needs a role.");
        }

        if (message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array && calls.GetArrayLength() > 0)
        {
            throw RequestBody.Unsupported($"{at}.tool_calls", "Tools are not supported by this model's engine.");
        }

        return new ChatTurn
        {
            Role = role.GetString() switch
            {
                "system" or "developer" => "system",
                "user" => "user",
                "assistant" => "assistant",
                "tool" or "function" => throw RequestBody.Unsupported($"{at}.role", "Tools are not supported by this model's engine."),
                var other => throw RequestBody.Invalid($"{at}.role", $"'{other}' is not a role; it is one of system, developer, user, assistant."),
            },
            Content = message.TryGetProperty("content", out var content) ? Content(content, $"{at}.content") : throw RequestBody.Invalid($"{at}.content", "Every message needs a content."),
        };
    }

    private static string Content(JsonElement content, string at) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Select((part, index) => Part(part, $"{at}[{index}]"))),
        _ => throw RequestBody.Invalid(at, "content must be a string or a list of text parts."),
    };

    private static string Part(JsonElement part, string at) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString() == "text" && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
                ? text.GetString()!
                : throw RequestBody.Unsupported(at, $"A part of type '{type.GetString()}' cannot be read by this model; only text parts can.")
            : throw RequestBody.Invalid(at, "Every part needs a type.");
}
