using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Serving;

/// <summary>A decoder that this process runs: a loop over slots, and how text becomes its tokens.</summary>
internal sealed class EngineModel(ModelRef reference, TextGenerator generator, IPromptFormat prompts, SchedulerLimits limits, long memoryBytes, string device, AdapterShelf? adapters = null)
    : LoadedModel(reference), ITextModel, IAdaptedModel
{
    /// <summary>The loop.</summary>
    public TextGenerator Generator => generator;

    /// <summary>Renders prompts.</summary>
    public IPromptFormat Prompts => prompts;

    /// <summary>Adapters in memory.</summary>
    public AdapterShelf Adapters { get; } = adapters ?? new(null, "the base takes no adapters", 0, 0);

    public override long MemoryBytes => memoryBytes + Adapters.Bytes;

    public override string Device => device;

    public override ModelReport Report => ModelReport.Of(this, limits);

    public IReadOnlyList<ITextRun> Start(GenerateText command, long arrived)
    {
        try
        {
            var prompt = command.Prompt is { } text ? prompts.Render(text) : prompts.Render(command.Messages);
            return [generator.Start(new(prompt, command.Sampling, arrived) { Adapter = command.Model.Adapter is { } adapter ? Adapters.Held(adapter.Digest) : null })];
        }
        catch (ArgumentException e)
        {
            throw new GenerationFailedException(Problems.Invalid("messages", e.Message));
        }
    }

    public override ValueTask DisposeAsync() => generator.DisposeAsync();
}
