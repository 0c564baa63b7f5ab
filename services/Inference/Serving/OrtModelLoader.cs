using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Constraints;
using Aigc.Inference.Engine.Tools;
using Aigc.Models.Folders;
using Aigc.Models.Text;
using Microsoft.Extensions.Options;

namespace Aigc.Inference.Serving;

/// <summary>Loads folders with a text decoder, ours and those others publish: checked files, one ONNX Runtime session, a probe run, a loop.</summary>
internal sealed class OrtModelLoader(
    IOptions<InferenceOptions> options, OrtSessions sessions, DecoderStarter starter, InferenceInstruments instruments, TimeProvider time) : IModelLoader
{
    // Registered last: whatever no other loader knows is checked as a decoder's folder, and the error says what is missing.
    public bool Recognises(string directory) => true;

    public long Estimate(string directory) => FolderErrors.Named(() =>
    {
        var folder = DecoderFolder.Open(directory);
        var file = folder.Graph(options.Value.Variant, sessions.Candidates().First() != OrtSessions.Cpu);
        return file.Bytes + DecoderStarter.CacheBytes(LayoutReader.Read(file, folder), Settings(folder));
    });

    public LoadedModel Load(ModelRef model, string directory) => FolderErrors.Named(() =>
    {
        var folder = DecoderFolder.Open(directory);
        var (tokenizer, chat) = folder.Text();
        var settings = Settings(folder);
        var decoder = starter.Start(model.Name, folder, tokenizer, settings);
        var text = new FolderText(tokenizer, chat, folder.Ends);
        var limits = settings.Limits(options.Value.WaitingLine, options.Value.CacheTokens);
        var generator = new TextGenerator(model.Name, decoder.Backend, text, limits, instruments, time);
        var coded = new CodedTokens(text, tokenizer.SpecialIds, text.Tools.Syntax);
        var constraints = new ModelConstraints(coded, Math.Min(tokenizer.VocabularySize, generator.VocabularySize));
        return (LoadedModel)new EngineModel(model, generator, text, limits, decoder.File.Bytes + decoder.Backend.KvBytes, decoder.Backend.Device, decoder.Adapters,
            constraints, text.Tools.Syntax is { } syntax ? new ModelTools(syntax, coded, constraints) : null)
        {
            Graph = decoder.File.Variant.File,
            Kernels = decoder.Kernels,
        };
    });

    // Positions beyond the context have no rotary tables, or no meaning: a longer slot would read behind them.
    private OrtOptions Settings(DecoderFolder folder) => new(
        options.Value.Slots, Math.Min(options.Value.SlotLength, folder.ContextLength), options.Value.Threads, options.Value.Spinning);
}
