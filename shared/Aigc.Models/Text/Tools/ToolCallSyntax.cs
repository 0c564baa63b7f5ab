using System.Text;

namespace Aigc.Models.Text.Tools;

/// <summary>What is different from call to call.</summary>
public enum ToolCallHole
{
    /// <summary>The function's name.</summary>
    Name,

    /// <summary>Its arguments, a JSON object.</summary>
    Arguments,

    /// <summary>The call's id.</summary>
    Id,
}

/// <summary>
/// How a model writes calls of tools, as its chat template writes them: literal texts with holes between them. <c>&lt;tool_call&gt;{"name": "</c> name
/// <c>", "arguments": </c> arguments <c>}&lt;/tool_call&gt;</c> is one such, <c>[TOOL_CALLS]</c> name <c>[ARGS]</c> arguments another.
/// </summary>
public sealed record ToolCallSyntax
{
    /// <summary>What the template writes before calls and before texts alike, such as empty thoughts; often nothing.</summary>
    public required string Lead { get; init; }

    /// <summary>What announces calls in the middle of a text; empty where only an answer that begins with a call holds one.</summary>
    public required string Marker { get; init; }

    /// <summary>Before the first hole of the first call.</summary>
    public required string Opening { get; init; }

    /// <summary>The holes of a call, in their order.</summary>
    public required IReadOnlyList<ToolCallHole> Holes { get; init; }

    /// <summary>What stands between them: one text fewer than holes.</summary>
    public required IReadOnlyList<string> Between { get; init; }

    /// <summary>After the last hole of the last call.</summary>
    public required string Closing { get; init; }

    /// <summary>Between the last hole of a call and the first one of the next; null where an answer holds one call.</summary>
    public string? Next { get; init; }

    /// <summary>The template takes arguments as a text of JSON, as OpenAI's messages have them; else as an object.</summary>
    public bool ArgumentsAsText { get; init; }

    /// <summary>A message with nothing but calls has an empty content for it; else null.</summary>
    public bool EmptyContent { get; init; }

    /// <summary>Characters an id must have; 0 for any number.</summary>
    public int IdLength { get; init; }

    /// <summary>Calls as the template writes them. For checking what was recognised.</summary>
    internal string Write(params IReadOnlyList<(string Name, string Arguments, string Id)> calls)
    {
        var text = new StringBuilder(Opening);
        for (var call = 0; call < calls.Count; call++)
        {
            text.Append(call > 0 ? Next : "");
            for (var hole = 0; hole < Holes.Count; hole++)
            {
                text.Append(hole > 0 ? Between[hole - 1] : "").Append(Holes[hole] switch
                {
                    ToolCallHole.Name => calls[call].Name,
                    ToolCallHole.Arguments => calls[call].Arguments,
                    _ => calls[call].Id,
                });
            }
        }
        return text.Append(Closing).ToString();
    }
}

/// <summary>What a model's chat format knows of tools.</summary>
/// <param name="Syntax">How calls are written; null where tools are refused.</param>
/// <param name="Refusal">Why, to be read after "The chat template of model …"; null where there is a syntax.</param>
public sealed record ToolFormat(ToolCallSyntax? Syntax, string? Refusal);
