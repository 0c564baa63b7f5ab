namespace Aigc.Application.FineTuning;

/// <summary>Fine-tuning jobs. Section <c>Aigc:Application:FineTuning</c>.</summary>
public sealed class FineTuningOptions
{
    /// <summary>Minutes of fitting after which a job is done, however many epochs are left.</summary>
    public double MaxMinutes { get; set; } = 60;

    /// <summary>Optimiser steps where the client leaves the epochs to us: a model that begins with nothing learns little in three epochs of a small file.</summary>
    public int AutoSteps { get; set; } = 300;

    /// <summary>Fewest conversations. OpenAI's limit.</summary>
    public int MinExamples { get; set; } = 10;
}
