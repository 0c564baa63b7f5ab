using System.Text.Json;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Adapters;
using Aigc.Models.Llama;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Serving;

/// <summary>A session, and what adapters need of it.</summary>
/// <param name="Session">Opened.</param>
/// <param name="Adapters">The operator in it; null where the model takes no adapters. Outlives the session.</param>
/// <param name="Shape">Dimensions that adapters are checked against.</param>
/// <param name="Refusal">Why it takes none.</param>
internal sealed record AdaptedSession(InferenceSession Session, AdapterOperator? Adapters, LlamaShape? Shape, string? Refusal);

/// <summary>
/// Opens a folder's graph so that adapters can be added while it runs: the graph is derived in memory, the weights stay in the folder. Where that is not
/// possible the graph is opened as it is, and requests with adapters are told why.
/// </summary>
internal static class AdapterSessions
{
    /// <summary>Why a worker without places for adapters takes none.</summary>
    public const string SwitchedOff = "adapters are switched off in this worker (Aigc:Inference:AdapterSlots is 0)";

    /// <summary>Opens a graph.</summary>
    /// <param name="path">The graph; its <c>config.json</c> lies beside it.</param>
    /// <param name="settings">How it runs.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="adapterSlots">Adapters that may be in memory; 0 for none.</param>
    public static AdaptedSession Open(string path, OrtOptions settings, string device, int adapterSlots)
    {
        var (graph, shape, refusal) = Derive(path, device, adapterSlots);
        if (graph is null)
            return new(OrtSessions.Open(path, settings, device), null, null, refusal);
        var adapters = new AdapterOperator(new AdapterRun(LlamaAdapters.Sites(shape!), settings.Slots));
        try
        {
            return new(OrtSessions.Open(graph, Path.GetDirectoryName(Path.GetFullPath(path))!, settings, adapters), adapters, shape, null);
        }
        catch
        {
            adapters.Dispose();
            throw;
        }
    }

    private static (byte[]? Graph, LlamaShape? Shape, string? Refusal) Derive(string path, string device, int adapterSlots)
    {
        if (adapterSlots == 0)
            return (null, null, SwitchedOff);
        if (device != OrtSessions.Cpu)
            return (null, null, $"adapters run on the processor only, and this model runs on {device}");
        try
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path)!, "config.json")));
            var shape = LlamaShape.Read(config.RootElement);
            return (AdapterGraph.Derive(File.ReadAllBytes(path), shape), shape, null);
        }
        catch (Exception e) when (e is FormatException or JsonException or IOException)
        {
            return (null, null, "the base takes no adapters: " + e.Message.TrimEnd('.'));
        }
    }
}
