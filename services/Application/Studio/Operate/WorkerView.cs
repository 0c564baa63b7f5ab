using System.Globalization;

namespace Aigc.Application.Studio.Operate;

/// <summary>A worker as <c>/api/inference/models</c> tells it.</summary>
internal sealed record WorkerView(long MemoryBudgetBytes, long MemoryBytes, List<LoadedView> Models);

/// <summary>A loaded model.</summary>
internal sealed record LoadedView(
    string Name, string Digest, string Device, int Slots, int SlotsInUse, int Waiting, int ContextLength, long MemoryBytes, long Steps, long Tokens, double BackendSeconds,
    double OutsideSeconds, string? Kernels, string? State)
{
    /// <summary>As a table.</summary>
    public Dictionary<string, string> Facts => new()
    {
        ["device"] = Device,
        ["kernels"] = Kernels ?? State ?? "",
        ["slots in use"] = string.Create(CultureInfo.InvariantCulture, $"{SlotsInUse} of {Slots}, {Waiting} in line"),
        ["memory"] = Parts.Say.Bytes(MemoryBytes),
        ["tokens"] = Parts.Say.Count(Tokens),
        ["tokens a second of computing"] = Parts.Say.Count(Math.Round(Tokens / Math.Max(BackendSeconds + OutsideSeconds, 0.001), 1)),
    };
}
