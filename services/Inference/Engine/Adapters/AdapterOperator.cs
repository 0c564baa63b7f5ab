using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Aigc.Inference.Engine.Adapters;

/// <summary>
/// The operator <c>LowRank</c> of the domain <c>aigc</c>: adds to each row of a projection what the row's own adapter adds, and nothing to rows without one.
/// Standard operators would have to gather every row's matrices into one tensor in every step; this one reads them where they lie.
/// One object a session; it must outlive the session.
/// </summary>
internal sealed unsafe class AdapterOperator : IDisposable
{
    private const int Float = 1;
    private const int Required = 0;
    private readonly OrtCustomOp* _operator;
    private readonly GCHandle _state;
    private readonly nint _domain;

    public AdapterOperator(AdapterRun run)
    {
        Run = run;
        _state = GCHandle.Alloc(run);
        _operator = (OrtCustomOp*)NativeMemory.AllocZeroed((nuint)sizeof(OrtCustomOp));
        *_operator = new()
        {
            Version = OrtNative.Version,
            GetName = (nint)(delegate* unmanaged<OrtCustomOp*, byte*>)&Name,
            GetExecutionProviderType = (nint)(delegate* unmanaged<OrtCustomOp*, byte*>)&Provider,
            GetInputType = (nint)(delegate* unmanaged<OrtCustomOp*, nuint, int>)&TypeOf,
            GetInputTypeCount = (nint)(delegate* unmanaged<OrtCustomOp*, nuint>)&Inputs,
            GetOutputType = (nint)(delegate* unmanaged<OrtCustomOp*, nuint, int>)&TypeOf,
            GetOutputTypeCount = (nint)(delegate* unmanaged<OrtCustomOp*, nuint>)&Outputs,
            KernelDestroy = (nint)(delegate* unmanaged<nint, void>)&Destroy,
            GetInputCharacteristic = (nint)(delegate* unmanaged<OrtCustomOp*, nuint, int>)&Characteristic,
            GetOutputCharacteristic = (nint)(delegate* unmanaged<OrtCustomOp*, nuint, int>)&Characteristic,
            GetInputMemoryType = (nint)(delegate* unmanaged<OrtCustomOp*, nuint, int>)&Characteristic, // OrtMemTypeDefault is 0, too
            GetVariadicInputMinArity = (nint)(delegate* unmanaged<OrtCustomOp*, int>)&One,
            GetVariadicInputHomogeneity = (nint)(delegate* unmanaged<OrtCustomOp*, int>)&One,
            GetVariadicOutputMinArity = (nint)(delegate* unmanaged<OrtCustomOp*, int>)&One,
            GetVariadicOutputHomogeneity = (nint)(delegate* unmanaged<OrtCustomOp*, int>)&One,
            CreateKernelV2 = (nint)(delegate* unmanaged<OrtCustomOp*, nint, nint, nint*, nint>)&Create,
            KernelComputeV2 = (nint)(delegate* unmanaged<nint, nint, nint>)&Compute,
            GetStartVersion = (nint)(delegate* unmanaged<OrtCustomOp*, int>)&One,
            GetEndVersion = (nint)(delegate* unmanaged<OrtCustomOp*, int>)&One,
            GetMayInplace = (nint)(delegate* unmanaged<int**, int**, nuint>)&MayInplace,
            ReleaseMayInplace = (nint)(delegate* unmanaged<int*, int*, void>)&ReleaseMayInplace,
            State = GCHandle.ToIntPtr(_state),
        };
        _domain = OrtNative.CreateDomain(Text("aigc"u8));
        OrtNative.AddOperator(_domain, _operator);
    }

    /// <summary>What the kernels are told of a run.</summary>
    public AdapterRun Run { get; }

    /// <summary>Makes the operator known to a session that is to be opened.</summary>
    public void AddTo(SessionOptions options) => OrtNative.AddDomain(options, _domain);

    public void Dispose()
    {
        OrtNative.ReleaseDomain(_domain);
        NativeMemory.Free(_operator);
        _state.Free();
    }

    private static byte* Text(ReadOnlySpan<byte> literal) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal)); // in the image: fixed, ends with 0

    [UnmanagedCallersOnly]
    private static byte* Name(OrtCustomOp* operation) => Text("LowRank"u8);

    [UnmanagedCallersOnly]
    private static byte* Provider(OrtCustomOp* operation) => null; // the processor

    [UnmanagedCallersOnly]
    private static int TypeOf(OrtCustomOp* operation, nuint index) => Float;

    [UnmanagedCallersOnly]
    private static nuint Inputs(OrtCustomOp* operation) => 2;

    [UnmanagedCallersOnly]
    private static nuint Outputs(OrtCustomOp* operation) => 1;

    [UnmanagedCallersOnly]
    private static int Characteristic(OrtCustomOp* operation, nuint index) => Required;

    [UnmanagedCallersOnly]
    private static int One(OrtCustomOp* operation) => 1;

    // The output takes the place of the first input: rows without an adapter cost nothing at all.
    [UnmanagedCallersOnly]
    private static nuint MayInplace(int** inputs, int** outputs)
    {
        *inputs = (int*)NativeMemory.AllocZeroed(sizeof(int));
        *outputs = (int*)NativeMemory.AllocZeroed(sizeof(int));
        return 1;
    }

    [UnmanagedCallersOnly]
    private static void ReleaseMayInplace(int* inputs, int* outputs)
    {
        NativeMemory.Free(inputs);
        NativeMemory.Free(outputs);
    }

    [UnmanagedCallersOnly]
    private static nint Create(OrtCustomOp* operation, nint api, nint info, nint* kernel)
    {
        long site;
        var status = OrtNative.Attribute(info, Text("site"u8), &site);
        if (status != 0)
            return status;
        var made = (Kernel*)NativeMemory.Alloc((nuint)sizeof(Kernel));
        *made = new() { State = operation->State, Site = (int)site };
        *kernel = (nint)made;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static void Destroy(nint kernel) => NativeMemory.Free((void*)kernel);

    [UnmanagedCallersOnly]
    private static nint Compute(nint kernel, nint context)
    {
        // Nothing may be thrown into native code: a fault here is the run's failure, not the process's.
        try
        {
            var run = (AdapterRun)GCHandle.FromIntPtr(((Kernel*)kernel)->State).Target!;
            return run.Compute(((Kernel*)kernel)->Site, context);
        }
        catch (Exception e)
        {
            return OrtNative.Status(e.Message);
        }
    }

    private struct Kernel
    {
        public nint State;
        public int Site;
    }
}
