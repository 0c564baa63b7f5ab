using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Adapters;
using Aigc.Models.Folders;
using Aigc.Models.Llama;
using Aigc.Models.Text;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Serving;

/// <summary>A decoder that has passed its probe.</summary>
/// <param name="Backend">Its tensor side.</param>
/// <param name="File">Which graph.</param>
/// <param name="Adapters">What can be added to it.</param>
/// <param name="Kernels">What computes it.</param>
/// <param name="WeightBytes">Memory of its weights.</param>
/// <param name="Tolerance">Share of the logits' range by which two ways to the same logits may differ.</param>
internal sealed record StartedDecoder(IDecoderBackend Backend, GraphFile File, AdapterShelf Adapters, string Kernels, long WeightBytes, float Tolerance);

/// <summary>Which way of serving a folder is asked for.</summary>
/// <param name="Variant">Its graph; null for the best for the device.</param>
/// <param name="AdapterSlots">Adapters it keeps; 0 for none.</param>
internal readonly record struct DecoderChoice(string? Variant, int AdapterSlots);

/// <summary>Chooses the graph and the device, opens the session and probes it: the first device whose numbers are right serves the model.</summary>
internal sealed partial class DecoderStarter(IOptions<InferenceOptions> options, OrtSessions sessions, ManagedStarter managed, ILogger<DecoderStarter> logger)
{
    // Graphs that quantise activations do it for a whole run at once: a token's logits depend a little on what runs beside it.
    private const float QuantisedTolerance = 0.2f;

    private static readonly string[] QuantisesActivations = ["DynamicQuantizeLinear", "DynamicQuantizeMatMul", "MatMulIntegerToFloat", "MatMulInteger", "DynamicQuantizeLSTM"];

    /// <summary>Bytes of keys and values the layout reserves.</summary>
    public static long CacheBytes(DecoderGraph graph, OrtOptions settings) => graph.Layout.Cache == CacheKind.Shared
        ? CacheArena.BytesOf(graph, settings, settings.Slots)
        : GrowingCacheBackend.Reserved(graph, settings);

    /// <summary>Starts a folder's decoder.</summary>
    /// <exception cref="ModelNotLoadableException">Names the file and the reason.</exception>
    public StartedDecoder Start(string model, DecoderFolder folder, TextTokenizer tokenizer, OrtOptions settings, DecoderChoice choice)
    {
        string? refused = null;
        foreach (var device in sessions.Candidates())
        {
            if (managed.Excludes(device))
                continue;
            var file = folder.Graph(choice.Variant, device != OrtSessions.Cpu);
            try
            {
                var graph = LayoutReader.Read(file, folder);
                CheckTokens(tokenizer, graph);
                var started = Managed(model, file, settings, device, choice) ?? Probed(model, file, graph, settings, device, choice);
                var files = string.Join(", ", folder.Variants.Select(variant => variant.File));
                LogChosen(logger, model, file.Variant.File, files, graph.Layout.Cache, started.Kernels);
                return started;
            }
            catch (Exception e) when (e is OnnxRuntimeException or ModelNotLoadableException && device != OrtSessions.Cpu && sessions.MayFallBack)
            {
                sessions.Refused(device, refused = e.Message);
            }
            catch (OnnxRuntimeException e)
            {
                // Where this worker keeps the file is nobody's business.
                throw new ModelNotLoadableException(file.Variant.File, e.Message.Replace(file.Path, file.Variant.File, StringComparison.Ordinal).TrimEnd('.', '\n'), e);
            }
        }
        throw new ModelNotLoadableException(folder.Variants[0].File, refused ?? "no device to run on");
    }

    // Special tokens beyond the embedding are no harm where text cannot spell them (Gemma 3 has one for pictures): a request that renders one fails alone.
    private static void CheckTokens(TextTokenizer tokenizer, DecoderGraph graph)
    {
        for (var id = graph.Vocabulary; id < tokenizer.VocabularySize; id++)
        {
            if (!tokenizer.IsSpecial(id))
                throw new ModelNotLoadableException("tokenizer.json", FormattableString.Invariant($"it has {tokenizer.VocabularySize} tokens and the model {graph.Vocabulary}"));
        }
    }

    private StartedDecoder? Managed(string model, GraphFile file, OrtOptions settings, string device, DecoderChoice choice)
    {
        if (managed.Start(model, file, settings, device) is not { } backend)
            return null;
        var adapters = choice.AdapterSlots > 0 ? Shelf(file, backend.Shape, null, choice) : Shelf(file, null, AdapterSessions.SwitchedOff, choice);
        // The same bits by any way.
        return new(backend, file, adapters, "managed, " + backend.Kernels, backend.WeightBytes, 0);
    }

    private StartedDecoder Probed(string model, GraphFile file, DecoderGraph graph, OrtOptions settings, string device, DecoderChoice choice)
    {
        var tolerance = file.Graph.Operators.Overlaps(QuantisesActivations) ? QuantisedTolerance : BackendProbe.Tolerance;
        var limits = GrowingLimits.None;
        while (true)
        {
            var (backend, adapters) = Open(file, graph, settings, device, limits, choice);
            var passed = false;
            try
            {
                if (BackendProbe.Find(backend, tolerance) is not var (fault, reason))
                {
                    passed = true;
                    return new(backend, file, adapters, "onnxruntime", file.Bytes, tolerance);
                }
                var (slower, more) = Retreat(graph, limits, fault);
                if (slower == graph && more == limits)
                    throw new ModelNotLoadableException(file.Variant.File, reason);
                (graph, limits) = (slower, more);
                LogLimited(logger, model, file.Variant.File, reason, graph.Layout.Cache, limits);
            }
            finally
            {
                if (!passed)
                    backend.Dispose();
            }
        }
    }

    /// <summary>A way to run the graph that asks less of it; the same way where there is none.</summary>
    private static (DecoderGraph Graph, GrowingLimits Limits) Retreat(DecoderGraph graph, GrowingLimits limits, ProbeFault fault)
    {
        // An operator that appends in place can do without, but its rows must then be alone: it does not heed padding on the left.
        if (graph.Layout is { Cache: CacheKind.Shared, AttentionMask: not null, LogitRowsInput: null })
            return (graph with { Layout = graph.Layout with { Cache = CacheKind.Growing } }, GrowingLimits.SingleRows);
        if (graph.Layout.Cache == CacheKind.Shared)
            return (graph, limits);
        return (graph, limits | fault switch
        {
            ProbeFault.Chunk => GrowingLimits.SingleTokens,
            ProbeFault.Rows => GrowingLimits.SingleRows,
            _ => GrowingLimits.None,
        });
    }

    private (IDecoderBackend Backend, AdapterShelf Adapters) Open(GraphFile file, DecoderGraph graph, OrtOptions settings, string device, GrowingLimits limits, DecoderChoice choice)
    {
        var opened = graph.Layout.LogitRowsInput is not null
            ? AdapterSessions.Open(file.Path, settings, device, choice.AdapterSlots)
            : new(OrtSessions.Open(file.Path, settings, device), null, null, "adapters are added to folders exported by Aigc only");
        try
        {
            IDecoderBackend backend = graph.Layout.Cache == CacheKind.Shared
                ? new OrtDecoderBackend(opened.Session, graph, settings, device) { Adapters = opened.Adapters }
                : new GrowingCacheBackend(opened.Session, graph, settings, device, limits);
            return (backend, Shelf(file, opened.Shape, opened.Refusal, choice));
        }
        catch
        {
            opened.Session.Dispose();
            opened.Adapters?.Dispose();
            throw;
        }
    }

    // Beside weights that are rounded to 8 or 4 bits an adapter need not keep more than 8 bits of each number.
    private AdapterShelf Shelf(GraphFile file, LlamaShape? shape, string? refusal, DecoderChoice choice) => new(
        shape, refusal, file.Graph.Operators.Contains("MatMulNBits") ? AdapterPrecision.Half : AdapterPrecision.Single, choice.AdapterSlots, options.Value.AdapterRank);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Model}: {File} serves, out of {Files}; its cache is {Cache}, its kernels are {Kernels}")]
    private static partial void LogChosen(ILogger logger, string model, string file, string files, CacheKind cache, string kernels);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Model}: {File}: {Reason}; it is tried with a cache that is {Cache} and {Limits}, which is slower")]
    private static partial void LogLimited(ILogger logger, string model, string file, string reason, CacheKind cache, GrowingLimits limits);
}
