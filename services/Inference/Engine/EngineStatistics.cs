namespace Aigc.Inference.Engine;

/// <summary>What a generator's loop has done so far. Read while it runs: figures of the last finished step.</summary>
/// <param name="Steps">Steps that ran something.</param>
/// <param name="DecodeSteps">Steps with a decode run.</param>
/// <param name="Tokens">Tokens chosen.</param>
/// <param name="BackendTime">Time inside the backend.</param>
/// <param name="OutsideTime">Time of the same steps outside the backend: scheduling, sampling, text.</param>
/// <param name="ManagedBytes">Managed memory the loop's thread has allocated in those steps.</param>
internal readonly record struct EngineStatistics(
    long Steps, long DecodeSteps, long Tokens, TimeSpan BackendTime, TimeSpan OutsideTime, long ManagedBytes)
{
    /// <summary>Tokens a draft proposed.</summary>
    public long Proposed { get; init; }

    /// <summary>Those of them that were the answer's.</summary>
    public long Accepted { get; init; }
}
