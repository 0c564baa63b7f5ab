using System.Text.Json;
using Aigc.Contracts.Inference;

namespace Aigc.Application.OpenAI;

/// <summary>Reads the <c>messages</c> of a chat.</summary>
internal static class ChatMessages
{
    private const int MaxCalls = 128;
    private const int MaxId = 256;

    public static IReadOnlyList<ChatTurn> Read(RequestBody body)
    {
        var called = new HashSet<string>(StringComparer.Ordinal);
        return body.Get("messages") switch
        {
            { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 => [.. list.EnumerateArray().Select((message, index) => Turn(message, $"messages[{index}]", called))],
            null => throw new ServiceDefaults.ProblemException("missing_required_parameter", "You must provide a messages parameter.", "messages"),
            _ => throw RequestBody.Invalid("messages", "messages must be a list of at least one message."),
        };
    }

    /// <param name="message">The message.</param>
    /// <param name="at">Where it stands.</param>
    /// <param name="called">Ids of the calls so far; those of this message are added.</param>
    private static ChatTurn Turn(JsonElement message, string at, HashSet<string> called)
    {
        if (message.ValueKind != JsonValueKind.Object || Text(message, "role") is not { } role)
        {
            throw RequestBody.Invalid($"{at}.role", "Every message needs a role.");
        }

        if (message.TryGetProperty("function_call", out var old) && old.ValueKind != JsonValueKind.Null)
        {
            throw RequestBody.Unsupported($"{at}.function_call", "function_call is not supported; use tool_calls.");
        }

        var calls = Calls(message, role, $"{at}.tool_calls", called);
        return new ChatTurn
        {
            Role = role switch
            {
                "system" or "developer" => "system",
                "user" or "assistant" or "tool" => role,
                "function" => throw RequestBody.Unsupported($"{at}.role", "Messages of role function are not supported; use role tool."),
                var other => throw RequestBody.Invalid($"{at}.role", $"'{other}' is not a role; it is one of system, developer, user, assistant, tool."),
            },
            Content = message.TryGetProperty("content", out var content) && (content.ValueKind != JsonValueKind.Null || calls.Count == 0) ? Content(content, $"{at}.content")
                : calls.Count > 0 ? ""
                : throw RequestBody.Invalid($"{at}.content", "Every message needs a content."),
            ToolCalls = calls,
            ToolCallId = role != "tool" ? null
                : Text(message, "tool_call_id") is not { } id ? throw RequestBody.Invalid($"{at}.tool_call_id", "A message of role tool names the call it answers by its tool_call_id.")
                : called.Contains(id) ? id
                : throw RequestBody.Invalid($"{at}.tool_call_id", $"No message of the assistant before this one has a call with the id '{id}'."),
        };
    }

    private static IReadOnlyList<ToolCall> Calls(JsonElement message, string role, string at, HashSet<string> called)
    {
        if (!message.TryGetProperty("tool_calls", out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxCalls)
        {
            throw RequestBody.Invalid(at, $"tool_calls is a list of at most {MaxCalls} calls.");
        }

        if (list.GetArrayLength() > 0 && role != "assistant")
        {
            throw RequestBody.Invalid(at, "Only messages of the assistant have tool_calls.");
        }

        return [.. list.EnumerateArray().Select((call, index) => Call(call, $"{at}[{index}]", called))];
    }

    private static ToolCall Call(JsonElement call, string at, HashSet<string> called)
    {
        if (call.ValueKind != JsonValueKind.Object || Text(call, "type") != "function" || !call.TryGetProperty("function", out var function) || function.ValueKind != JsonValueKind.Object)
        {
            throw RequestBody.Invalid(at, "A call has an id, the type function, and a function with name and arguments.");
        }

        var id = Text(call, "id") is { Length: > 0 and <= MaxId } own ? own : throw RequestBody.Invalid($"{at}.id", $"A call has an id of at most {MaxId} characters.");
        called.Add(id);
        return new ToolCall
        {
            Id = id,
            Name = Text(function, "name") is { } name && ToolFields.IsName(name) ? name : throw RequestBody.Invalid($"{at}.function.name", "A call names a function."),
            Arguments = Text(function, "arguments") is { } arguments && IsObject(arguments)
                ? arguments
                : throw RequestBody.Invalid($"{at}.function.arguments", "The arguments of a call are a string with a JSON object in it."),
        };
    }

    internal static bool IsObject(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

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
