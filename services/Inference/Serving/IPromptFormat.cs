using Aigc.Contracts.Inference;
using Aigc.Models.Text.Tools;

namespace Aigc.Inference.Serving;

/// <summary>Renders what a request says as the tokens the model was trained on.</summary>
internal interface IPromptFormat
{
    /// <summary>A text to be continued.</summary>
    IReadOnlyList<int> Render(string prompt);

    /// <summary>A conversation up to the model's turn.</summary>
    /// <param name="turns">The conversation.</param>
    /// <param name="tools">What the model is told that it may call; null for nothing.</param>
    /// <exception cref="ArgumentException">A role is not known, or there are calls that the template has no place for.</exception>
    IReadOnlyList<int> Render(IReadOnlyList<ChatTurn> turns, IReadOnlyList<ToolSpec>? tools = null);

    /// <summary>How calls of tools are written.</summary>
    ToolFormat Tools => new(null, "has no place for tools");

    /// <summary>Spaces that the vocabulary writes before the first word of a text: they are no part of an answer that stands alone.</summary>
    int LeadingSpaces => 0;
}
