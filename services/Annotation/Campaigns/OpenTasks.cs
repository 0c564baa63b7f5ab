using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Annotation.Campaigns;

/// <summary>Counts what a campaign still waits for. Asked after every label and by the sweep, so that no lost message keeps a campaign waiting.</summary>
internal sealed class OpenTasks(IDocumentStore<AnnotationTask> tasks) : IConsumer<CountOpenTasks>
{
    public async Task Consume(ConsumeContext<CountOpenTasks> context)
    {
        var open = await Count(tasks, context.Message.CampaignId.ToString(), context.CancellationToken);
        await context.Publish(new TaskSubmitted { CampaignId = context.Message.CampaignId, Open = open }, context.CancellationToken);
    }

    public static Task<long> Count(IDocumentStore<AnnotationTask> tasks, string campaign, CancellationToken ct, string status = TaskStatuses.Open) =>
        tasks.Count(new DocumentQuery<AnnotationTask>().Where(task => task.Campaign, campaign).Where(task => task.Status, status), ct);
}
