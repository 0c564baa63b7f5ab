using Aigc.Contracts.Application;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults.Sagas;
using Aigc.Storage.Artifacts;

namespace Aigc.Application.FineTuning;

/// <summary>One fine-tuning job: a file of conversations, the training run it orders, the model.</summary>
internal sealed class TuningRun : ProcessSaga
{
    /// <summary>What was ordered.</summary>
    public FineTune Request { get; set; } = null!;

    /// <summary>The conversations as a dataset.</summary>
    public DatasetVersionRef? Dataset { get; set; }

    /// <summary>The model.</summary>
    public ModelRef? Model { get; set; }

    /// <summary>How good it is.</summary>
    public EvaluationReport? Evaluation { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The training run it orders; made of its own id, so that ordering it again is ordering the same.</summary>
    public Guid RunId => RunIdOf(CorrelationId);

    public static Guid RunIdOf(Guid tuning) => Digest.ToGuid("fine-tuning-run", tuning.ToString("N"));

    /// <summary>Its id in the API.</summary>
    public static string IdOf(Guid tuning) => $"ftjob-{tuning:N}";

    /// <summary>The job of an id; null when it is none.</summary>
    public static Guid? Parse(string id) =>
        id.StartsWith("ftjob-", StringComparison.Ordinal) && Guid.TryParseExact(id.AsSpan("ftjob-".Length), "N", out var tuning) ? tuning : null;

    /// <summary>A job that was accepted and has not begun; its first step is due at once, and the sweep takes it from there.</summary>
    public static TuningRun Accepted(FineTune request, DateTimeOffset now) => new()
    {
        CorrelationId = request.TuningId,
        CurrentState = nameof(TuningStateMachine.Preparing),
        Job = request.Job,
        Tenant = request.Job.Tenant,
        Title = request.ModelName,
        CreatedAt = now,
        ChangedAt = now,
        Due = now,
        Request = request,
    };
}
