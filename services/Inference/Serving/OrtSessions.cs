using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Adapters;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Aigc.Inference.Serving;

/// <summary>Opens sessions on the configured device, and says which devices to try.</summary>
internal sealed partial class OrtSessions(IOptions<InferenceOptions> options, ILogger<OrtSessions> logger)
{
    public const string Cpu = "cpu";
    public const string Cuda = "cuda";

    /// <summary>Only where the operator left the choice open.</summary>
    public bool MayFallBack => options.Value.Device == InferenceDevice.Auto;

    /// <summary>Devices in the order they are tried.</summary>
    public IEnumerable<string> Candidates() => options.Value.Device switch
    {
        InferenceDevice.Cpu => [Cpu],
        InferenceDevice.Cuda => [Cuda],
        _ => HasCuda ? [Cuda, Cpu] : [Cpu],
    };

    /// <summary>Whether this build carries the CUDA provider at all.</summary>
    public static bool HasCuda => OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider");

    /// <summary>Opens a graph.</summary>
    /// <exception cref="ModelNotLoadableException">The device was refused.</exception>
    /// <exception cref="OnnxRuntimeException">The graph was.</exception>
    public static InferenceSession Open(string path, OrtOptions settings, string device)
    {
        using var session = Options(settings);
        if (device == Cuda)
            AppendCuda(session);
        return new(path, session);
    }

    /// <summary>Opens a graph in memory on the processor, with adapters; its external data lies in <paramref name="directory"/>.</summary>
    /// <exception cref="OnnxRuntimeException">The graph was refused.</exception>
    public static InferenceSession Open(byte[] graph, string directory, OrtOptions settings, AdapterOperator adapters)
    {
        using var session = Options(settings);
        session.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", directory);
        adapters.AddTo(session);
        return new(graph, session);
    }

    /// <summary>Logs why a device is not used.</summary>
    public void Refused(string device, string reason) => LogRefused(logger, device, reason);

    private static SessionOptions Options(OrtOptions settings)
    {
        var session = new SessionOptions
        {
            IntraOpNumThreads = settings.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        // No session.set_denormal_as_zero: it sets the flag on the calling thread and leaves it there, for whatever managed code runs on it next.
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", settings.Spinning ? "1" : "0");
        return session;
    }

    private static void AppendCuda(SessionOptions session)
    {
        if (!HasCuda)
            throw new ModelNotLoadableException("Aigc:Inference:Device", "this build has no CUDA: build with -p:OnnxRuntime=Gpu, or set the device to auto or cpu");
        try
        {
            session.AppendExecutionProvider_CUDA();
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
        {
            throw new ModelNotLoadableException("Aigc:Inference:Device", "CUDA was refused: " + e.Message.TrimEnd('.', '\n'), e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The device {Device} is not used, the processor is: {Reason}")]
    private static partial void LogRefused(ILogger logger, string device, string reason);
}
