using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Generations;

/// <summary>Ranges of a request's tools, and of the turns that called them. Limits are OpenAI's where it has them.</summary>
internal static class ToolChecks
{
    private const int MostTools = 128;
    private const int MostName = 64;
    private const int MostDescription = 1 << 14;
    private const int MostSchema = 1 << 18;
    private const int MostSchemas = 1 << 20; // of all tools together
    private const int MostCalls = 128;
    private const int MostId = 256;

    /// <summary>What is wrong, or null.</summary>
    public static Problem? Check(GenerateText command) => Turns(command.Messages) ?? (command.Tools.Count == 0 ? Choice(command) : Tools(command) ?? Choice(command));

    private static Problem? Tools(GenerateText command)
    {
        if (command.Prompt is not null)
            return Problems.Invalid("tools", "Tools go with messages, not with a prompt.");
        if (command.Tools.Count > MostTools)
            return Problems.Invalid("tools", $"At most {MostTools} tools are taken.");
        var (names, characters) = (new HashSet<string>(StringComparer.Ordinal), 0L);
        for (var index = 0; index < command.Tools.Count; index++)
        {
            var (tool, at) = (command.Tools[index], FormattableString.Invariant($"tools[{index}].function"));
            if (!IsName(tool.Name))
                return Problems.Invalid(at + ".name", $"The name of a function has 1 to {MostName} letters, digits, _ and -.");
            if (!names.Add(tool.Name))
                return Problems.Invalid(at + ".name", $"Two functions are named {tool.Name}.");
            if (tool.Description?.Length > MostDescription)
                return Problems.Invalid(at + ".description", $"A description has at most {MostDescription} characters.");
            if (tool.Parameters?.Length > MostSchema)
                return Problems.Invalid(at + ".parameters", $"A schema has at most {MostSchema} characters.");
            characters += tool.Parameters?.Length ?? 0;
        }
        return characters > MostSchemas ? Problems.Invalid("tools", $"The schemas of all tools have at most {MostSchemas} characters together.")
            : command.ToolChoice.Mode != "none" && command.Sampling.Format.Type != RequestChecks.Text
                ? Problems.Invalid("response_format", "A response_format other than text and tools do not go together: leave one out, or set tool_choice to none.")
                : null;
    }

    private static Problem? Choice(GenerateText command) => command.ToolChoice switch
    {
        { Mode: not ("auto" or "none" or "required") } => Problems.Invalid("tool_choice", "tool_choice is none, auto, required or a function."),
        { Mode: "required" } when command.Tools.Count == 0 => Problems.Invalid("tool_choice", "tool_choice asks for a call, and there are no tools."),
        { Name: not null, Mode: not "required" } => Problems.Invalid("tool_choice", "A function is named with the mode required alone."),
        { Name: { } name } when !command.Tools.Any(tool => tool.Name == name) => Problems.Invalid("tool_choice", $"tool_choice names {name}, which is none of the tools."),
        _ => null,
    };

    private static Problem? Turns(IReadOnlyList<ChatTurn> turns)
    {
        for (var index = 0; index < turns.Count; index++)
        {
            var (turn, at) = (turns[index], FormattableString.Invariant($"messages[{index}]"));
            var problem = turn switch
            {
                { ToolCalls.Count: > 0, Role: not "assistant" } => Problems.Invalid(at + ".tool_calls", "Only an assistant calls tools."),
                { ToolCalls.Count: > MostCalls } => Problems.Invalid(at + ".tool_calls", $"A message has at most {MostCalls} calls."),
                { Role: "tool", ToolCallId: null or "" } => Problems.Invalid(at + ".tool_call_id", "A message of a tool names the call it answers."),
                { ToolCallId.Length: > MostId } => Problems.Invalid(at + ".tool_call_id", $"An id has at most {MostId} characters."),
                { ToolCallId: not null, Role: not "tool" } => Problems.Invalid(at + ".tool_call_id", "Only a message of a tool answers a call."),
                _ when turn.ToolCalls.Any(call => !IsName(call.Name)) => Problems.Invalid(at + ".tool_calls", $"The name of a function has 1 to {MostName} letters, digits, _ and -."),
                _ when turn.ToolCalls.Any(call => call.Id.Length is 0 or > MostId) => Problems.Invalid(at + ".tool_calls", $"A call has an id of at most {MostId} characters."),
                _ => null,
            };
            if (problem is not null)
                return problem;
        }
        return null;
    }

    private static bool IsName(string name) => name.Length is > 0 and <= MostName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
