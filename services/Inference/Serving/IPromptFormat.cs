using Aigc.Contracts.Inference;

namespace Aigc.Inference.Serving;

/// <summary>Renders what a request says as the tokens the model was trained on.</summary>
internal interface IPromptFormat
{
    /// <summary>A text to be continued.</summary>
    IReadOnlyList<int> Render(string prompt);

    /// <summary>A conversation up to the model's turn.</summary>
    /// <exception cref="ArgumentException">A role is not known.</exception>
    IReadOnlyList<int> Render(IReadOnlyList<ChatTurn> turns);

    /// <summary>Spaces that the vocabulary writes before the first word of a text: they are no part of an answer that stands alone.</summary>
    int LeadingSpaces => 0;
}
