using System.Runtime.InteropServices;

namespace Aigc.Trainer.Runs;

/// <summary>What this processor is good at.</summary>
internal static class ProcessorFacts
{
    /// <summary>
    /// True when bf16 products are done in hardware (AVX-512 BF16 or AMX). The runtime has no question for it, so the kernel is asked;
    /// where it cannot be, fp32 is the safe answer.
    /// </summary>
    public static bool MultipliesBf16 { get; } = RuntimeInformation.ProcessArchitecture == Architecture.X64 && OperatingSystem.IsLinux()
        && File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal)) is { } flags
        && (flags.Contains(" avx512_bf16", StringComparison.Ordinal) || flags.Contains(" amx_bf16", StringComparison.Ordinal));
}
