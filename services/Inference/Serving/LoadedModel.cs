using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Serving;

/// <summary>A model that is ready: its loop, and how text becomes its tokens.</summary>
/// <param name="Reference">As it was asked for first.</param>
/// <param name="Generator">The loop.</param>
/// <param name="Prompts">Renders prompts.</param>
/// <param name="Slots">Sequences side by side.</param>
/// <param name="SlotLength">Tokens of prompt and answer together.</param>
/// <param name="MemoryBytes">Weights and cache.</param>
/// <param name="Device">What it runs on.</param>
internal sealed record LoadedModel(
    ModelRef Reference, TextGenerator Generator, IPromptFormat Prompts, int Slots, int SlotLength, long MemoryBytes, string Device) : IAsyncDisposable
{
    /// <summary>Key in the host.</summary>
    public string Digest => Reference.Folder.Digest;

    public ValueTask DisposeAsync() => Generator.DisposeAsync();
}

/// <summary>Renders what a request says as the tokens the model was trained on.</summary>
internal interface IPromptFormat
{
    /// <summary>A text to be continued.</summary>
    IReadOnlyList<int> Render(string prompt);

    /// <summary>A conversation up to the model's turn.</summary>
    /// <exception cref="ArgumentException">A role is not known.</exception>
    IReadOnlyList<int> Render(IReadOnlyList<ChatTurn> turns);
}
