namespace Aigc.ModelTraining.Supervision;

/// <summary>The trainer process. Section <c>Aigc:ModelTraining</c>.</summary>
public sealed class SupervisionOptions
{
    /// <summary>Path of <c>Aigc.Trainer.dll</c>; null to look beside the app and where a build from source puts it.</summary>
    public string? TrainerPath { get; set; }

    /// <summary>Processor threads of the trainer; null for as many as the machine has.</summary>
    public int? Threads { get; set; }

    /// <summary>Times the trainer may die without having got further before the run is given up.</summary>
    public int MaxCrashesInPlace { get; set; } = 5;

    /// <summary>Largest number of validation bytes a model is measured on.</summary>
    public long ValidationBytes { get; set; } = 400_000;
}
