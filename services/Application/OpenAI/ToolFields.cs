using System.Text.Json;
using Aigc.Contracts.Inference;
using Aigc.ServiceDefaults;

namespace Aigc.Application.OpenAI;

/// <summary>Reads the functions an answer may call, and whether it has to. Chats put a function into an object of its tool; responses do not.</summary>
internal static class ToolFields
{
    public const int MaxName = 64;
    private const int MaxTools = 128;
    private const int MaxDescription = 1 << 14;
    private const int MaxSchema = 1 << 18;
    private const int MaxSchemas = 1 << 20;
    private const string Nested = ".function";

    /// <summary>Whether a function may be named so.</summary>
    public static bool IsName(string? name) => name is { Length: > 0 and <= MaxName } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>The functions of a response and the choice between them.</summary>
    public static (IReadOnlyList<ToolSpec> Tools, ToolChoice Choice) Flat(RequestBody body) => Read(body, "");

    /// <summary>The functions of a chat and the choice between them.</summary>
    public static (IReadOnlyList<ToolSpec> Tools, ToolChoice Choice) Read(RequestBody body)
    {
        var (tools, choice) = Read(body, Nested);
        if (tools.Length > 0 && choice.Mode != "none" && body.Get("response_format") is { ValueKind: JsonValueKind.Object } format
            && format.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && !type.ValueEquals("text"))
        {
            throw RequestBody.Unsupported("response_format", "A response_format other than text and tools do not go together: leave one out, or set tool_choice to none.");
        }

        return (tools, choice);
    }

    private static (ToolSpec[] Tools, ToolChoice Choice) Read(RequestBody body, string nested)
    {
        var tools = Tools(body, nested);
        return (tools, Choice(body, tools, nested) with { Parallel = body.Get("parallel_tool_calls") is null || body.Flag("parallel_tool_calls") });
    }

    private static ToolSpec[] Tools(RequestBody body, string nested)
    {
        if (body.Get("tools") is not { } list)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw RequestBody.Invalid("tools", "tools is a list of functions.");
        }

        if (list.GetArrayLength() > MaxTools)
        {
            throw RequestBody.Invalid("tools", $"tools takes at most {MaxTools} functions, not {list.GetArrayLength()}.");
        }

        ToolSpec[] tools = [.. list.EnumerateArray().Select((tool, index) => Tool(tool, index, nested))];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, tool) in tools.Index())
        {
            if (!names.Add(tool.Name))
            {
                throw RequestBody.Invalid($"tools[{index}]{nested}.name", $"Two functions are named '{tool.Name}'; a name stands for one function.");
            }
        }

        return tools.Sum(tool => (long)(tool.Parameters?.Length ?? 0)) <= MaxSchemas
            ? tools
            : throw RequestBody.Invalid("tools", $"The parameters of all functions have at most {MaxSchemas} characters together.");
    }

    private static ToolSpec Tool(JsonElement tool, int index, string nested)
    {
        var at = $"tools[{index}]";
        if (tool.ValueKind != JsonValueKind.Object || !tool.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
        {
            throw RequestBody.Invalid($"{at}.type", "Every tool needs a type.");
        }

        if (!type.ValueEquals("function"))
        {
            throw RequestBody.Unsupported($"{at}.type", $"Tools of type '{type.GetString()}' are not supported; only functions are.");
        }

        var function = Function(tool, ref at, nested);
        return new ToolSpec
        {
            Name = Text(function, "name", at) is { } name && IsName(name)
                ? name
                : throw RequestBody.Invalid($"{at}.name", $"A function needs a name of 1 to {MaxName} letters, digits, underscores and dashes."),
            Description = Text(function, "description", at) switch
            {
                { Length: > MaxDescription } => throw RequestBody.Invalid($"{at}.description", $"A description has at most {MaxDescription} characters."),
                var description => description,
            },
            Parameters = Parameters(function, $"{at}.parameters"),
            Strict = Member(function, "strict") switch
            {
                null or { ValueKind: JsonValueKind.False } => false,
                { ValueKind: JsonValueKind.True } => true,
                _ => throw RequestBody.Invalid($"{at}.strict", "strict must be true or false."),
            },
        };
    }

    private static JsonElement Function(JsonElement tool, ref string at, string nested)
    {
        if (nested.Length == 0)
        {
            Only(tool, at, "type", "name", "description", "parameters", "strict");
            return tool;
        }

        Only(tool, at, "type", "function");
        at += nested;
        if (!tool.TryGetProperty("function", out var function) || function.ValueKind != JsonValueKind.Object)
        {
            throw RequestBody.Invalid(at, "A tool of type function has a function, an object.");
        }

        Only(function, at, "name", "description", "parameters", "strict");
        return function;
    }

    private static string? Parameters(JsonElement function, string at) => Member(function, "parameters") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } schema when schema.GetRawText() is var text => text.Length <= MaxSchema
            ? text
            : throw RequestBody.Invalid(at, $"The parameters of a function have at most {MaxSchema} characters."),
        _ => throw RequestBody.Invalid(at, "parameters is a JSON schema, an object."),
    };

    private static ToolChoice Choice(RequestBody body, ToolSpec[] tools, string nested)
    {
        const string Name = "tool_choice";
        switch (body.Get(Name))
        {
            case null:
                return new ToolChoice();
            case { ValueKind: JsonValueKind.String } mode:
                return mode.GetString() switch
                {
                    "none" => new ToolChoice { Mode = "none" },
                    "auto" => new ToolChoice(),
                    "required" when tools.Length > 0 => new ToolChoice { Mode = "required" },
                    "required" => throw RequestBody.Invalid(Name, "tool_choice 'required' is only allowed when tools are given."),
                    var other => throw RequestBody.Invalid(Name, $"'{other}' is not a choice; it is one of none, auto, required, or an object that names a function."),
                };
            case { ValueKind: JsonValueKind.Object } choice:
                if (Text(choice, "type", Name) is var type && type != "function")
                {
                    throw RequestBody.Unsupported($"{Name}.type", $"A tool_choice of type '{type}' is not supported; 'function' is.");
                }

                Only(choice, Name, "type", nested.Length > 0 ? "function" : "name");
                var function = nested.Length == 0 ? Text(choice, "name", Name) : Member(choice, "function") is { ValueKind: JsonValueKind.Object } named ? Text(named, "name", Name + nested) : null;
                return function is not null && Array.Exists(tools, tool => tool.Name == function)
                    ? new ToolChoice { Mode = "required", Name = function }
                    : throw RequestBody.Invalid($"{Name}{nested}.name", function is null ? "tool_choice names no function." : $"tool_choice names '{function}', which is not among the tools.");
            default:
                throw RequestBody.Invalid(Name, "tool_choice is none, auto, required, or an object that names a function.");
        }
    }

    private static void Only(JsonElement json, string at, params ReadOnlySpan<string> known)
    {
        foreach (var property in json.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                throw new ProblemException("unknown_parameter", $"Unknown parameter: '{at}.{property.Name}'.", $"{at}.{property.Name}");
            }
        }
    }

    private static string? Text(JsonElement json, string name, string at) => Member(json, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw RequestBody.Invalid($"{at}.{name}", $"{name} must be a string."),
    };

    private static JsonElement? Member(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
