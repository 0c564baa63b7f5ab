using Aigc.Application.Jobs;
using Aigc.Application.Webhooks;
using Aigc.Contracts.Jobs;

namespace Aigc.Application.FineTuning;

/// <summary>Announces how a fine-tuning job ended, by OpenAI's names of its ends.</summary>
internal sealed class TuningWebhooks(WebhookEvents events) : IJobEndListener
{
    public Task Ended(JobDocument job, CancellationToken ct) => job.Kind == JobKinds.FineTuning
        ? events.Announce(job.Tenant, $"fine_tuning.job.{NameOf(job.Status)}", TuningRun.IdOf(Guid.Parse(job.Id)), ct)
        : Task.CompletedTask;

    private static string NameOf(JobStatus status) => status switch
    {
        JobStatus.Succeeded => "succeeded",
        JobStatus.Cancelled => "cancelled",
        _ => "failed",
    };
}
