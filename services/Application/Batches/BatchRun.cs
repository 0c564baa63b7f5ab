using Aigc.Contracts.Application;
using Aigc.ServiceDefaults.Sagas;

namespace Aigc.Application.Batches;

/// <summary>One batch, from the accepted file to the written ones. Finished batches are kept as history.</summary>
internal sealed class BatchRun : ProcessSaga
{
    /// <summary>What was ordered.</summary>
    public RunBatch Request { get; set; } = null!;

    /// <summary>How many requests it has; null until they have been read.</summary>
    public int? Lines { get; set; }

    /// <summary>The model all of them name.</summary>
    public string? Model { get; set; }

    /// <summary>What is wrong with the file.</summary>
    public IReadOnlyList<BatchFault> Faults { get; set; } = [];

    /// <summary>Whether its time was up before every line had a result.</summary>
    public bool TimeIsUp { get; set; }

    /// <summary>What it wrote.</summary>
    public BatchOutput? Output { get; set; }

    public DateTimeOffset? InProgressAt { get; set; }

    public DateTimeOffset? FinalizingAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    public DateTimeOffset? FailedAt { get; set; }

    public DateTimeOffset? ExpiredAt { get; set; }

    public DateTimeOffset? CancellingAt { get; set; }

    public DateTimeOffset? CancelledAt { get; set; }

    /// <summary>When it is given up.</summary>
    public DateTimeOffset ExpiresAt => CreatedAt + Request.Window;

    /// <summary>Its id in the API.</summary>
    public static string IdOf(Guid batch) => $"batch_{batch:N}";

    /// <summary>The batch of an id; null when it is none.</summary>
    public static Guid? Parse(string id) =>
        id.StartsWith("batch_", StringComparison.Ordinal) && Guid.TryParseExact(id.AsSpan("batch_".Length), "N", out var batch) ? batch : null;

    /// <summary>
    /// A batch that was accepted and has not begun: written with the request, so that whoever asks finds it. Its first step is due at
    /// once, and the sweep takes it from there.
    /// </summary>
    public static BatchRun Accepted(RunBatch request, DateTimeOffset now) => new()
    {
        CorrelationId = request.BatchId,
        CurrentState = nameof(BatchStateMachine.Validating),
        Job = request.Job,
        Tenant = request.Job.Tenant,
        Title = request.InputFileName,
        CreatedAt = now,
        ChangedAt = now,
        Due = now,
        Request = request,
    };
}
