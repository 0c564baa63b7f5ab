using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Constraints;
using Aigc.Inference.Engine.Tools;
using Aigc.Inference.Generations;

namespace Aigc.Inference.Serving;

/// <summary>A decoder that this process runs: a loop over slots, and how text becomes its tokens.</summary>
/// <param name="reference">The model.</param>
/// <param name="generator">The loop; disposed with the model.</param>
/// <param name="prompts">Renders prompts.</param>
/// <param name="limits">What the loop gives out.</param>
/// <param name="memoryBytes">Weights and caches.</param>
/// <param name="device">What it runs on.</param>
/// <param name="adapters">What can be added to it; null for nothing.</param>
/// <param name="constraints">Keeps answers to a format; null where the model can only write text.</param>
/// <param name="tools">Lets answers call tools; null where the model calls none.</param>
internal sealed class EngineModel(
    ModelRef reference, TextGenerator generator, IPromptFormat prompts, SchedulerLimits limits, long memoryBytes, string device,
    AdapterShelf? adapters = null, ITokenConstraints? constraints = null, ModelTools? tools = null) : LoadedModel(reference), ITextModel, IAdaptedModel
{
    /// <summary>The loop.</summary>
    public TextGenerator Generator => generator;

    /// <summary>Renders prompts.</summary>
    public IPromptFormat Prompts => prompts;

    /// <summary>Adapters in memory.</summary>
    public AdapterShelf Adapters { get; } = adapters ?? new(null, "the base takes no adapters", default, 0, 0);

    public override long MemoryBytes => memoryBytes + Adapters.Bytes;

    public override string Device => device;

    /// <summary>The graph's file: which of a folder's variants serves.</summary>
    public string Graph { get; init; } = "model.onnx";

    /// <summary>What computes it.</summary>
    public string? Kernels { get; init; }

    /// <summary>What proposes its tokens, or why that does not; null where nothing was configured.</summary>
    public StartedDraft? Draft { get; init; }

    public override ModelReport Report => ModelReport.Of(this, limits) with { Graph = Graph, Kernels = Kernels, Draft = Draft?.Report(generator.Statistics) };

    public IReadOnlyList<ITextRun> Start(GenerateText command, long arrived)
    {
        if (TokensOutside(command.Sampling) is { } problem)
            throw new GenerationFailedException(problem);
        var calls = Calls(command);
        var prompt = Render(command, calls is null ? null : command.Tools);
        if (calls is not null && TooFew("tool_choice", new ToolCallRun(calls).LeastTokens, command.Sampling.MaxTokens, prompt.Count) is { } few)
            throw new GenerationFailedException(few);
        var requests = new GenerationRequest[command.Sampling.Answers];
        for (var answer = 0; answer < requests.Length; answer++)
        {
            requests[answer] = new(prompt, command.Sampling, arrived)
            {
                Tenant = command.Job.Tenant,
                Priority = command.Priority,
                Adapter = command.Model.Adapter is { } adapter ? Adapters.Held(adapter.Digest) : null,
                CacheKey = $"{command.Model.Adapter?.Digest} {command.Job.Tenant}",
                Answer = answer,
                // A turn is a text of its own; what goes on from a prompt keeps the space between them.
                LeadingSpaces = command.Prompt is null ? prompts.LeadingSpaces : 0,
                Constraint = Constraint(command.Sampling, prompt.Count),
                Tools = calls is null ? null : new ToolCallRun(calls),
            };
        }
        return [.. requests.Select(generator.Start)];
    }

    private CallPlan? Calls(GenerateText command)
    {
        if (command.Tools.Count == 0 || command.ToolChoice.Mode == "none")
            return null;
        return prompts.Tools.Syntax is not null && tools is not null
            ? tools.Plan(command.Tools, command.ToolChoice)
            : throw new GenerationFailedException(Problems.Invalid(
                "tools", $"The chat template of model {Reference.Name} {prompts.Tools.Refusal ?? "cannot be followed"}; choose another model or leave tools out."));
    }

    private IReadOnlyList<int> Render(GenerateText command, IReadOnlyList<ToolSpec>? tools)
    {
        try
        {
            return command.Prompt is { } text ? prompts.Render(text) : prompts.Render(command.Messages, tools);
        }
        catch (ArgumentException e)
        {
            throw new GenerationFailedException(Problems.Invalid("messages", e.Message));
        }
    }

    private ITokenConstraint? Constraint(SamplingSpec sampling, int promptTokens)
    {
        var format = sampling.Format;
        if (format.Type == RequestChecks.Text)
            return null;
        if (constraints is not null)
        {
            var constraint = constraints.For(format);
            return constraint is null || TooFew("response_format", constraint.LeastTokens, sampling.MaxTokens, promptTokens) is not { } problem
                ? constraint
                : throw new GenerationFailedException(problem);
        }
        throw new GenerationFailedException(Problems.Invalid("response_format", $"The model {Reference.Name} cannot be held to {format.Type}; leave response_format out."));
    }

    // A prompt that leaves no room for any answer is refused by the scheduler, in its own words.
    private Problem? TooFew(string param, int least, int most, int promptTokens)
    {
        if (most < least)
            return Problems.Invalid("max_tokens", FormattableString.Invariant($"{param} may need {least} tokens at the least; raise max_tokens from {most} to {least} or more."));
        var room = limits.SlotLength - promptTokens;
        return room > 0 && room < least
            ? Problems.Invalid("messages", FormattableString.Invariant($"The prompt leaves room for {room} tokens of answer; {param} may need {least} at the least: shorten the prompt."))
            : null;
    }

    // An id outside the row would be read and written behind it.
    private Problem? TokensOutside(SamplingSpec sampling)
    {
        var size = generator.VocabularySize;
        foreach (var (param, ids) in ((string, IEnumerable<int>)[])[("logit_bias", sampling.LogitBias.Keys), ("stop_token_ids", sampling.StopTokens)])
        {
            foreach (var id in ids)
            {
                if (id >= size)
                    return Problems.Invalid(param, $"{param} names token {id}; the model's tokens are 0 to {size - 1}.");
            }
        }
        return null;
    }

    public override ValueTask DisposeAsync() => generator.DisposeAsync();
}
