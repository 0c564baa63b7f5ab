using Aigc.Contracts.Inference;
using Aigc.Storage.Documents;

namespace Aigc.Inference.Generations;

/// <summary>The answer of a durable generation, kept so that its repetition is answered with the same text. Collection <c>generation-results</c>.</summary>
internal sealed class GenerationResultDocument : IDocument
{
    /// <summary>The generation's id.</summary>
    public string Id { get; set; } = "";

    /// <inheritdoc />
    public int Version { get; set; }

    /// <summary>The answer.</summary>
    public TextGenerated Answer { get; set; } = null!;

    /// <summary>When it may be forgotten.</summary>
    public DateTimeOffset Expires { get; set; }
}
