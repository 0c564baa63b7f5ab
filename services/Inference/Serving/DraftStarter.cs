using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Drafts;
using Aigc.Models.Folders;
using Aigc.Models.Text;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Serving;

/// <summary>A model's draft as the worker reports it.</summary>
/// <param name="Source">What <c>Aigc:Inference:Drafts</c> says.</param>
/// <param name="Kernels">What computes it; null where it does not run.</param>
/// <param name="Proposed">Tokens it proposed.</param>
/// <param name="Accepted">Those of them that were the answers'.</param>
/// <param name="Refusal">Why it proposes nothing; null while it does.</param>
internal sealed record DraftReport(string Source, string? Kernels, long Proposed, long Accepted, string? Refusal);

/// <summary>A draft that runs, or why it does not.</summary>
/// <param name="Source">What the setting says.</param>
/// <param name="Drafting">Belongs to the loop; null where it does not run.</param>
/// <param name="Bytes">Weights and cache.</param>
/// <param name="Kernels">What computes it.</param>
/// <param name="Refusal">Why it does not run.</param>
internal sealed record StartedDraft(string Source, Drafting? Drafting, long Bytes = 0, string? Kernels = null, string? Refusal = null)
{
    /// <summary>As of now.</summary>
    public DraftReport Report(EngineStatistics statistics) => new(Source, Kernels, statistics.Proposed, statistics.Accepted, Refusal ?? Drafting?.Fault);
}

/// <summary>
/// Starts the small model that proposes another's tokens. It can only make that one faster, so whatever is wrong with it the model serves alone, and log and report
/// say why.
/// </summary>
internal sealed partial class DraftStarter(DecoderStarter starter, OrtSessions sessions, IOptions<InferenceOptions> options, TimeProvider time, ILogger<DraftStarter> logger)
{
    /// <summary>Bytes of weights and cache of a model's draft; 0 where it will not run.</summary>
    public long Estimate(DraftFolder? draft, OrtOptions settings, long modelBytes)
    {
        if (draft is null || draft.Refusal is not null)
            return 0;
        try
        {
            return FolderErrors.Named(() => Bytes(DecoderFolder.Open(draft.Directory), settings, modelBytes));
        }
        catch (ModelNotLoadableException)
        {
            return 0; // told when it is started
        }
    }

    /// <summary>Starts the draft of a place that has one.</summary>
    /// <param name="place">The model, and the draft's folder.</param>
    /// <param name="target">The model's decoder, which has not served yet.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="text">The model's tokens.</param>
    /// <param name="settings">How the model runs.</param>
    /// <param name="modelBytes">Weights and caches of the model.</param>
    public StartedDraft Start(ModelPlace place, StartedDecoder target, TextTokenizer tokenizer, ITokenText text, OrtOptions settings, long modelBytes)
    {
        var (name, draft) = (place.Model.Name, place.Draft!);
        try
        {
            return FolderErrors.Named(() => Started(name, draft, target, tokenizer, text, settings, modelBytes));
        }
        catch (Exception e) when (e is ModelNotLoadableException or OnnxRuntimeException)
        {
            LogRefused(logger, name, draft.Source, e.Message);
            return new(draft.Source, null, Refusal: e.Message);
        }
    }

    private StartedDraft Started(string name, DraftFolder draft, StartedDecoder target, TextTokenizer tokenizer, ITokenText text, OrtOptions settings, long modelBytes)
    {
        var setting = "Aigc:Inference:Drafts:" + name;
        if (draft.Refusal is not null)
            throw new ModelNotLoadableException(setting, draft.Refusal);
        if (BackendProbe.Verification(target.Backend, target.Tolerance) is { } cannot)
            throw new ModelNotLoadableException(target.File.Variant.File, "nothing proposed can be verified: " + cannot);
        var folder = DecoderFolder.Open(draft.Directory);
        var bytes = Bytes(folder, settings, modelBytes);
        if (bytes == 0)
            throw new ModelNotLoadableException(setting, FormattableString.Invariant($"beside the model it does not fit into Aigc:Inference:MemoryBudget, {options.Value.EffectiveMemoryBudget >> 20} MiB"));
        var own = folder.Text().Tokenizer;
        if (SameTokens.Difference(tokenizer, own) is { } difference)
            throw new ModelNotLoadableException("tokenizer.json", "the draft has other tokens than the model: " + difference);
        var decoder = starter.Start(name + " (draft)", folder, own, Settings(folder, settings), default);
        try
        {
            var drafting = new Drafting(decoder.Backend, target.Backend, text, time, fault => LogFaulted(logger, name, draft.Source, fault));
            return new(draft.Source, drafting, decoder.WeightBytes + decoder.Backend.KvBytes, decoder.Kernels);
        }
        catch
        {
            decoder.Backend.Dispose();
            throw;
        }
    }

    /// <summary>0 where both do not fit into the budget.</summary>
    private long Bytes(DecoderFolder folder, OrtOptions settings, long modelBytes)
    {
        var file = folder.Graph(null, sessions.Candidates().First() != OrtSessions.Cpu);
        var bytes = file.Bytes + DecoderStarter.CacheBytes(LayoutReader.Read(file, folder), Settings(folder, settings));
        return modelBytes + bytes <= options.Value.EffectiveMemoryBudget ? bytes : 0;
    }

    // One slot: a draft serves whoever decodes alone. Its short chunks are kept bound.
    private static OrtOptions Settings(DecoderFolder folder, OrtOptions model) =>
        model with { Slots = 1, SlotLength = Math.Min(model.SlotLength, folder.ContextLength), ChunkAlone = model.ChunkShared };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Model} serves without its draft {Draft}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string model, string draft, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Model {Model} goes on without its draft {Draft}, which failed: {Reason}")]
    private static partial void LogFaulted(ILogger logger, string model, string draft, string reason);
}
