using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Models.Folders;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Serving;

/// <summary>Loads the folders Aigc exports: checked files, one ONNX Runtime session, a probe run, a loop.</summary>
internal sealed class OrtModelLoader(
    IOptions<InferenceOptions> options, OrtSessions sessions, InferenceInstruments instruments, TimeProvider time) : IModelLoader
{
    private const string Graph = "model.onnx";

    // Registered last: whatever no other loader knows is checked as a folder of ours, and the error says what is missing.
    public bool Recognises(string directory) => true;

    public long Estimate(string directory)
    {
        var folder = Open(directory);
        return WeightBytes(directory) + CacheBytes(folder, Settings(folder));
    }

    public LoadedModel Load(ModelRef model, string directory)
    {
        var folder = Open(directory);
        var settings = Settings(folder);
        var (backend, device, adapters) = Start(folder, settings);
        var text = new FolderText(folder);
        var limits = settings.Limits(options.Value.WaitingLine);
        var generator = new TextGenerator(model.Name, backend, text, limits, instruments, time);
        return new EngineModel(model, generator, text, limits, WeightBytes(directory) + backend.KvBytes, device, adapters);
    }

    private static ModelFolder Open(string directory)
    {
        try
        {
            return ModelFolder.Open(directory);
        }
        catch (ModelFolderException e)
        {
            throw new ModelNotLoadableException(e.File, e.InnerException?.Message.TrimEnd('.') ?? Reason(e), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelNotLoadableException(".", e.Message.TrimEnd('.'), e);
        }
    }

    // The message is "Model folder: <file>: <reason>."; the file is named by us.
    private static string Reason(ModelFolderException e) =>
        e.Message[(e.Message.IndexOf(e.File + ": ", StringComparison.Ordinal) + e.File.Length + 2)..].TrimEnd('.');

    // The rotary tables of the graph end at the model's context: a longer slot would read behind them.
    private OrtOptions Settings(ModelFolder folder) => new(
        options.Value.Slots, Math.Min(options.Value.SlotLength, folder.Shape.ContextLength), options.Value.Threads, options.Value.Spinning);

    private (IDecoderBackend Backend, string Device, AdapterShelf Adapters) Start(ModelFolder folder, OrtOptions settings)
    {
        string? refused = null;
        foreach (var device in sessions.Candidates())
        {
            try
            {
                var (backend, adapters) = Probed(folder, settings, device);
                return (backend, device, adapters);
            }
            catch (Exception e) when (e is OnnxRuntimeException or ModelNotLoadableException && device != OrtSessions.Cpu && sessions.MayFallBack)
            {
                sessions.Refused(device, refused = e.Message);
            }
            catch (OnnxRuntimeException e)
            {
                throw new ModelNotLoadableException(Graph, e.Message.TrimEnd('.', '\n'), e);
            }
        }
        throw new ModelNotLoadableException(Graph, refused ?? "no device to run on");
    }

    private (OrtDecoderBackend Backend, AdapterShelf Adapters) Probed(ModelFolder folder, OrtOptions settings, string device)
    {
        var opened = AdapterSessions.Open(folder.GraphPath, settings, device, options.Value.AdapterSlots);
        var session = opened.Session;
        OrtDecoderBackend backend;
        try
        {
            var graph = DecoderGraph.Read(session, Graph);
            if (graph.Vocabulary < folder.Tokenizer.VocabularySize || graph.Layers != folder.Shape.Layers)
                throw new ModelNotLoadableException("config.json", "its layers or vocabulary are not those of the graph");
            backend = new(session, graph, settings, device) { Adapters = opened.Adapters };
        }
        catch
        {
            session.Dispose();
            opened.Adapters?.Dispose();
            throw;
        }
        try
        {
            return BackendProbe.Check(backend) is { } wrong
                ? throw new ModelNotLoadableException(Graph, wrong)
                : (backend, new(opened.Shape, opened.Refusal, options.Value.AdapterSlots, options.Value.AdapterRank));
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    private static long WeightBytes(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles("*.onnx*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static long CacheBytes(ModelFolder folder, OrtOptions settings) =>
        2L * sizeof(float) * folder.Shape.Layers * folder.Shape.KvHeads * folder.Shape.HeadDim * settings.Slots * settings.SlotLength;
}
