using Aigc.Application.Jobs;
using Aigc.Application.Webhooks;
using Aigc.Contracts.Jobs;

namespace Aigc.Application.Batches;

/// <summary>Announces how a batch ended, by OpenAI's names of its ends.</summary>
internal sealed class BatchWebhooks(WebhookEvents events) : IJobEndListener
{
    public Task Ended(JobDocument job, CancellationToken ct) => job.Kind == JobKinds.Batch
        ? events.Announce(job.Tenant, $"batch.{NameOf(job)}", BatchRun.IdOf(Guid.Parse(job.Id)), ct)
        : Task.CompletedTask;

    private static string NameOf(JobDocument job) => job switch
    {
        { Status: JobStatus.Succeeded } => "completed",
        { Status: JobStatus.Cancelled } => "cancelled",
        { Error.Code: BatchStateMachine.ExpiredCode } => "expired",
        _ => "failed",
    };
}
