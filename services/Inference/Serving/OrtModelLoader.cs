using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Constraints;
using Aigc.Inference.Engine.Drafts;
using Aigc.Inference.Engine.Tools;
using Aigc.Models.Folders;
using Microsoft.Extensions.Options;

namespace Aigc.Inference.Serving;

/// <summary>Loads folders with a text decoder, ours and those others publish: checked files, one ONNX Runtime session, a probe run, a loop.</summary>
internal sealed class OrtModelLoader(
    IOptions<InferenceOptions> options, OrtSessions sessions, DecoderStarter starter, DraftStarter drafts, InferenceInstruments instruments, TimeProvider time) : IModelLoader
{
    // Registered last: whatever no other loader knows is checked as a decoder's folder, and the error says what is missing.
    public bool Recognises(string directory) => true;

    public long Estimate(ModelPlace place) => FolderErrors.Named(() =>
    {
        var folder = DecoderFolder.Open(place.Directory);
        var file = folder.Graph(options.Value.Variant, sessions.Candidates().First() != OrtSessions.Cpu);
        var settings = Settings(folder, place);
        var bytes = file.Bytes + DecoderStarter.CacheBytes(LayoutReader.Read(file, folder), settings);
        return bytes + drafts.Estimate(place.Draft, settings, bytes);
    });

    public LoadedModel Load(ModelPlace place) => FolderErrors.Named(() =>
    {
        var (model, folder) = (place.Model, DecoderFolder.Open(place.Directory));
        var (tokenizer, chat) = folder.Text();
        var settings = Settings(folder, place);
        var decoder = starter.Start(model.Name, folder, tokenizer, settings, new(options.Value.Variant, options.Value.AdapterSlots));
        var text = new FolderText(tokenizer, chat, folder.Ends);
        var limits = settings.Limits(options.Value.WaitingLine, options.Value.CacheTokens);
        var bytes = decoder.WeightBytes + decoder.Backend.KvBytes;
        var draft = place.Draft is null ? null : drafts.Start(place, decoder, tokenizer, text, settings, bytes);
        var generator = new TextGenerator(model.Name, decoder.Backend, text, limits, instruments, time, draft?.Drafting);
        var coded = new CodedTokens(text, tokenizer.SpecialIds, text.Tools.Syntax);
        var constraints = new ModelConstraints(coded, Math.Min(tokenizer.VocabularySize, generator.VocabularySize));
        return (LoadedModel)new EngineModel(model, generator, text, limits, bytes + (draft?.Bytes ?? 0), decoder.Backend.Device, decoder.Adapters,
            constraints, text.Tools.Syntax is { } syntax ? new ModelTools(syntax, coded, constraints) : null)
        {
            Graph = decoder.File.Variant.File,
            Kernels = decoder.Kernels,
            Draft = draft,
        };
    });

    // Positions beyond the context have no rotary tables, or no meaning: a longer slot would read behind them.
    private OrtOptions Settings(DecoderFolder folder, ModelPlace place) => new(
        options.Value.Slots, Math.Min(options.Value.SlotLength, folder.ContextLength), options.Value.Threads, options.Value.Spinning)
    {
        MostVerified = place.Draft is null ? 0 : Drafting.MostProposed + 1,
    };
}
