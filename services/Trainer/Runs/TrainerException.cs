namespace Aigc.Trainer.Runs;

/// <summary>A failure that only other input helps against; everything else is a crash, and crashes are resumed.</summary>
internal sealed class TrainerException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
