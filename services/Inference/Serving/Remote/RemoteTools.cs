using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Serving.Remote;

/// <summary>Tools and their calls as the server reads them: the names are OpenAI's on both sides.</summary>
internal static class RemoteTools
{
    /// <summary>Whether the answer may call.</summary>
    public static bool Any(GenerateText command) => command.Tools.Count > 0 && command.ToolChoice.Mode != "none";

    /// <summary>A turn.</summary>
    public static JsonObject Message(ChatTurn turn)
    {
        var message = new JsonObject { ["role"] = turn.Role, ["content"] = turn.Content };
        if (turn.ToolCallId is { } answered)
            message["tool_call_id"] = answered;
        if (turn.ToolCalls.Count == 0)
            return message;
        if (turn.Content.Length == 0)
            message["content"] = null;
        message["tool_calls"] = new JsonArray([.. turn.ToolCalls.Select(call => new JsonObject
        {
            ["id"] = call.Id,
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
        })]);
        return message;
    }

    /// <summary>The tools and which of them is called. Tools that may not be called are not sent.</summary>
    /// <exception cref="GenerationFailedException">A schema is not JSON.</exception>
    public static void Add(JsonObject body, GenerateText command)
    {
        if (!Any(command))
            return;
        body["tools"] = new JsonArray([.. command.Tools.Select(Tool)]);
        body["tool_choice"] = command.ToolChoice.Name is { } name
            ? new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = name } }
            : command.ToolChoice.Mode;
        body["parallel_tool_calls"] = command.ToolChoice.Parallel;
    }

    private static JsonObject Tool(ToolSpec tool, int index)
    {
        try
        {
            var json = ToolTurns.Tool(tool);
            if (tool.Strict)
                json["function"]!["strict"] = true;
            return json;
        }
        catch (JsonException e)
        {
            throw new GenerationFailedException(Problems.Invalid(
                FormattableString.Invariant($"tools[{index}].function.parameters"), $"The parameters of {tool.Name} are not JSON: {e.Message}"));
        }
    }
}
