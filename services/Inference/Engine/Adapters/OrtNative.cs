using System.Runtime.InteropServices;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Aigc.Inference.Engine.Adapters;

/// <summary>
/// The few C functions for operators of one's own, which ONNX Runtime's C# API does not show. Indices are those of <c>struct OrtApi</c> in
/// onnxruntime_c_api.h; the table only ever grows at its end, which the header promises.
/// </summary>
internal static unsafe class OrtNative
{
    /// <summary>First version whose operators may work in place, and the version of <see cref="OrtCustomOp"/> as it is declared here.</summary>
    public const uint Version = 18;

    private static readonly nint* Api = Load();

    public static nint Status(string message)
    {
        var text = Marshal.StringToCoTaskMemUTF8(message);
        try
        {
            return ((delegate* unmanaged<int, nint, nint>)Api[0])(1, text); // ORT_FAIL
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    public static nint CreateDomain(byte* name)
    {
        nint domain;
        Check(((delegate* unmanaged<byte*, nint*, nint>)Api[26])(name, &domain));
        return domain;
    }

    public static void AddOperator(nint domain, OrtCustomOp* operation) =>
        Check(((delegate* unmanaged<nint, OrtCustomOp*, nint>)Api[27])(domain, operation));

    public static void AddDomain(SessionOptions options, nint domain) =>
        Check(((delegate* unmanaged<nint, nint, nint>)Api[28])(options.DangerousGetHandle(), domain));

    public static void ReleaseDomain(nint domain) => ((delegate* unmanaged<nint, void>)Api[101])(domain);

    public static nint Attribute(nint info, byte* name, long* value) => ((delegate* unmanaged<nint, byte*, long*, nint>)Api[86])(info, name, value);

    public static nint Input(nint context, int index, float** data)
    {
        nint value;
        var status = ((delegate* unmanaged<nint, nuint, nint*, nint>)Api[90])(context, (nuint)index, &value);
        return status != 0 ? status : Data(value, data);
    }

    public static nint Output(nint context, int index, long* dimensions, int count, float** data)
    {
        nint value;
        var status = ((delegate* unmanaged<nint, nuint, long*, nuint, nint*, nint>)Api[91])(context, (nuint)index, dimensions, (nuint)count, &value);
        return status != 0 ? status : Data(value, data);
    }

    /// <summary>Runs <paramref name="part"/> for 0 … total−1 on the session's own threads.</summary>
    public static nint Parallel(nint context, delegate* unmanaged<void*, nuint, void> part, int total, void* state) =>
        ((delegate* unmanaged<nint, void*, nuint, nuint, void*, nint>)Api[274])(context, part, (nuint)total, 0, state);

    private static nint Data(nint value, float** data) => ((delegate* unmanaged<nint, float**, nint>)Api[51])(value, data);

    private static void Check(nint status)
    {
        if (status == 0)
            return;
        var message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Api[2])(status));
        ((delegate* unmanaged<nint, void>)Api[93])(status);
        throw new InvalidOperationException("ONNX Runtime: " + message);
    }

    private static nint* Load()
    {
        var library = NativeLibrary.Load("onnxruntime", typeof(OrtNative).Assembly, null);
        var versions = ((delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
        var api = ((delegate* unmanaged<uint, nint*>)versions[0])(Version);
        return api != null ? api : throw new InvalidOperationException($"This ONNX Runtime does not have version {Version} of its C interface.");
    }
}

/// <summary><c>struct OrtCustomOp</c> of onnxruntime_c_api.h, with room for one pointer behind it: callbacks get the struct's address and nothing else.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OrtCustomOp
{
    public uint Version;
    public nint CreateKernel, GetName, GetExecutionProviderType, GetInputType, GetInputTypeCount, GetOutputType, GetOutputTypeCount;
    public nint KernelCompute, KernelDestroy, GetInputCharacteristic, GetOutputCharacteristic, GetInputMemoryType;
    public nint GetVariadicInputMinArity, GetVariadicInputHomogeneity, GetVariadicOutputMinArity, GetVariadicOutputHomogeneity;
    public nint CreateKernelV2, KernelComputeV2, InferOutputShape, GetStartVersion, GetEndVersion;
    public nint GetMayInplace, ReleaseMayInplace, GetAliasMap, ReleaseAliasMap;

    /// <summary>Ours: handle of the state that the kernels of one session share.</summary>
    public nint State;
}
