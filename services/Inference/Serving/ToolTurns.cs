using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Contracts.Inference;
using Aigc.Models.Text;
using Aigc.Models.Text.Tools;

namespace Aigc.Inference.Serving;

/// <summary>A conversation with tools as a template reads it: OpenAI's messages, with what the template at hand wants otherwise.</summary>
internal static class ToolTurns
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Whether a conversation has calls or what came of them.</summary>
    public static bool Any(IReadOnlyList<ChatTurn> turns) => turns.Any(turn => turn.ToolCalls.Count > 0 || turn.Role == "tool");

    /// <summary>As the template reads it.</summary>
    /// <exception cref="ArgumentException">A call's arguments are not a JSON object.</exception>
    public static ChatRequest Request(IReadOnlyList<ChatTurn> turns, IReadOnlyList<ToolSpec> tools, ToolCallSyntax syntax)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal); // of the functions called, by id
        return new()
        {
            Messages = [.. turns.Select(turn => JsonSerializer.SerializeToElement(Message(turn, syntax, names)))],
            Tools = tools.Count == 0 ? null : [.. tools.Select(tool => JsonSerializer.SerializeToElement(Tool(tool)))],
        };
    }

    /// <summary>A tool in OpenAI's shape. Templates look into the parameters, so they are always there.</summary>
    public static JsonObject Tool(ToolSpec tool)
    {
        var function = new JsonObject { ["name"] = tool.Name };
        if (tool.Description is not null)
            function["description"] = tool.Description;
        function["parameters"] = tool.Parameters is null ? new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() } : JsonNode.Parse(tool.Parameters);
        return new() { ["type"] = "function", ["function"] = function };
    }

    private static JsonObject Message(ChatTurn turn, ToolCallSyntax syntax, Dictionary<string, string> names)
    {
        var message = new JsonObject { ["role"] = turn.Role, ["content"] = turn.Content };
        if (turn.ToolCallId is { } answered)
        {
            message["tool_call_id"] = Id(answered, syntax);
            if (names.TryGetValue(answered, out var name))
                message["name"] = name;
        }
        if (turn.ToolCalls.Count == 0)
            return message;
        if (turn.Content.Length == 0 && !syntax.EmptyContent)
            message["content"] = null;
        var calls = new JsonArray();
        foreach (var call in turn.ToolCalls)
        {
            names[call.Id] = call.Name;
            calls.Add(new JsonObject
            {
                ["id"] = Id(call.Id, syntax),
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = Arguments(call, syntax) },
            });
        }
        message["tool_calls"] = calls;
        return message;
    }

    private static JsonNode Arguments(ToolCall call, ToolCallSyntax syntax)
    {
        try
        {
            var arguments = JsonNode.Parse(call.Arguments) as JsonObject ?? throw new JsonException("they are no object");
            return syntax.ArgumentsAsText ? JsonValue.Create(call.Arguments)! : arguments;
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The arguments of the call {call.Id} are not a JSON object: {e.Message}", nameof(call), e);
        }
    }

    // Where a template insists on a length, an id becomes another one that is always the same.
    private static string Id(string id, ToolCallSyntax syntax)
    {
        if (syntax.IdLength == 0 || (id.Length == syntax.IdLength && id.All(char.IsAsciiLetterOrDigit)))
            return id;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return string.Create(syntax.IdLength, hash, (characters, bytes) =>
        {
            for (var i = 0; i < characters.Length; i++)
                characters[i] = Alphabet[bytes[i] % Alphabet.Length];
        });
    }
}
