using System.Text.Json;

namespace Aigc.Models.Text;

/// <summary>A conversation with all a template may want to know of it.</summary>
public sealed record ChatRequest
{
    /// <summary>Turns in OpenAI's shape: objects with <c>role</c>, <c>content</c> and whatever else the template reads.</summary>
    public required IReadOnlyList<JsonElement> Messages { get; init; }

    /// <summary>Tools in OpenAI's shape; null where there are none.</summary>
    public IReadOnlyList<JsonElement>? Tools { get; init; }

    /// <summary>Whether the text ends where the model answers.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>More names for the template, such as <c>enable_thinking</c>. They cannot replace those it has already.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Which of several templates; null: <c>tool_use</c> where there are tools and such a template, else <c>default</c>.</summary>
    public string? Template { get; init; }
}
