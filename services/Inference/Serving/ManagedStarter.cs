using System.Text.Json;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Managed;
using Aigc.Models.Folders;
using Aigc.Models.Llama;
using Microsoft.Extensions.Options;

namespace Aigc.Inference.Serving;

/// <summary>What computes a model on the processor.</summary>
public enum InferenceKernels
{
    /// <summary>
    /// The managed kernels where they can: our own int8 and int4 exports on a processor with AVX2 or AVX-512, and no adapters (<c>AdapterSlots</c> is 0), which
    /// they do not have. Else ONNX Runtime.
    /// </summary>
    Auto,

    /// <summary>ONNX Runtime.</summary>
    OnnxRuntime,

    /// <summary>The managed kernels or nothing: a folder they do not take is not loadable, and adapters are refused.</summary>
    Managed,
}

/// <summary>Starts a decoder on the managed kernels, where the settings and the folder allow it.</summary>
internal sealed partial class ManagedStarter(IOptions<InferenceOptions> options, ILogger<ManagedStarter> logger)
{
    private bool IsRequired => options.Value.Kernels == InferenceKernels.Managed;

    /// <summary>Whether that device is not to be used at all.</summary>
    /// <exception cref="ModelNotLoadableException">The settings leave no device.</exception>
    public bool Excludes(string device)
    {
        if (IsRequired && options.Value.Device == InferenceDevice.Cuda)
            throw new ModelNotLoadableException("Aigc:Inference:Kernels", "the managed kernels run on the processor only, and Aigc:Inference:Device is cuda");
        return IsRequired && device != OrtSessions.Cpu;
    }

    /// <summary>A backend that has passed its probe; null where ONNX Runtime is to serve.</summary>
    /// <exception cref="ModelNotLoadableException">The managed kernels are required and do not take this folder.</exception>
    public ManagedDecoderBackend? Start(string model, GraphFile file, OrtOptions settings, string device, int adapterSlots)
    {
        if (device != OrtSessions.Cpu || options.Value.Kernels == InferenceKernels.OnnxRuntime)
            return null;
        if (!IsRequired && (adapterSlots > 0 || KernelSets.Best == KernelSet.Portable))
            return null;
        try
        {
            return Probed(file, settings);
        }
        catch (Exception e) when (e is FormatException or JsonException or IOException)
        {
            var reason = e.Message.TrimEnd('.');
            if (IsRequired)
                throw new ModelNotLoadableException(file.Variant.File, "the managed kernels do not take it: " + reason, e);
            LogNotTaken(logger, model, file.Variant.File, reason);
            return null;
        }
    }

    private static ManagedDecoderBackend Probed(GraphFile file, OrtOptions settings)
    {
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(file.Path)!, "config.json")));
        var backend = new ManagedDecoderBackend(file.Graph, file.Path, LlamaShape.Read(config.RootElement), settings);
        try
        {
            // The same bits by any way: the probe's tolerance is for others.
            return BackendProbe.Find(backend, tolerance: 0) is (_, var reason) ? throw new FormatException(reason) : backend;
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Model}: ONNX Runtime serves {File}, the managed kernels do not take it: {Reason}")]
    private static partial void LogNotTaken(ILogger logger, string model, string file, string reason);
}
