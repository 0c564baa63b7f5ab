using System.Runtime.Intrinsics.X86;

namespace Aigc.Inference.Engine.Managed;

/// <summary>Instructions that the matrix kernels use. All give the same bits: products are integers, and blocks are added by fused operations in one order.</summary>
internal enum KernelSet
{
    /// <summary>No instructions in particular; slow, for tests and as the definition of the others.</summary>
    Portable,

    /// <summary>256-bit integers and fused multiplication.</summary>
    Avx2,

    /// <summary>512-bit integers.</summary>
    Avx512,
}

/// <summary>What this processor has.</summary>
internal static class KernelSets
{
    /// <summary>The fastest.</summary>
    public static KernelSet Best { get; } = All()[^1];

    /// <summary>Those that run here, slowest first.</summary>
    public static IReadOnlyList<KernelSet> All()
    {
        var sets = new List<KernelSet> { KernelSet.Portable };
        if (Avx2.IsSupported && Fma.IsSupported)
            sets.Add(KernelSet.Avx2);
        if (Avx512BW.IsSupported)
            sets.Add(KernelSet.Avx512);
        return sets;
    }
}
