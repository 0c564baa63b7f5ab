using Aigc.Annotation.Datasets;
using Aigc.Annotation.Kinds;
using Aigc.Annotation.Labelers;
using Aigc.Annotation.Tasks;
using Aigc.Contracts;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Annotation.Campaigns;

/// <summary>
/// Draws the sample, lets the automatic labelers label it, and writes the tasks. After a crash the same sample gets the same labels and the same task
/// ids; tasks that are there already (perhaps with people's labels) are left as they are.
/// </summary>
internal sealed class LabelTasksWork(
    ArtifactFolders folders,
    CampaignKey keys,
    IDocumentStore<Campaign> campaigns,
    IDocumentStore<AnnotationTask> tasks,
    IDocumentStore<LabelledVersion> versions,
    TimeProvider time) : IWork<LabelTasks>
{
    private const int WritesAtOnce = 32;

    public string IdOf(LabelTasks command) => $"label/{command.CampaignId}";

    public (Guid JobId, JobLink Job) JobOf(LabelTasks command) => (command.CampaignId, command.Job);

    public object Failed(LabelTasks command, Problem problem) => new CampaignStepFailed { CampaignId = command.CampaignId, Problem = problem };

    public async Task<object> Run(LabelTasks command, WorkContext context, CancellationToken ct)
    {
        var labelers = keys.Check(command.Annotation);
        var campaign = await Begin(command, ct);
        if (await versions.Find(campaign.Key, ct) is { } version)
        {
            await campaigns.Update(campaign.Id, current => current.Reused = true, ct);
            return new TasksLabeled { CampaignId = command.CampaignId, Agreed = version.Agreed, Open = version.Open, Usage = context.Usage() };
        }

        var sample = await Sample(command, ct);
        var drafts = await Label(labelers, [.. sample.Select(row => new SourceDocument(row.Id, row.Title ?? "", row.Text!))], context, ct);
        await Write(command, campaign.Id, sample, labelers, drafts, context, ct);
        await campaigns.Update(campaign.Id, current => current.Tasks = sample.Count, ct);
        return new TasksLabeled
        {
            CampaignId = command.CampaignId,
            Agreed = sample.Count - await OpenTasks.Count(tasks, campaign.Id, ct),
            Open = await OpenTasks.Count(tasks, campaign.Id, ct),
            Usage = context.Usage(),
        };
    }

    private Task<Campaign> Begin(LabelTasks command, CancellationToken ct)
    {
        var id = command.CampaignId.ToString();
        return campaigns.Upsert(
            id,
            () => new()
            {
                Id = id,
                Tenant = command.Job.Tenant,
                Dataset = command.Dataset,
                Annotation = command.Annotation,
                CreatedAt = time.GetUtcNow(),
                Key = keys.Of(command.Job.Tenant, command.Dataset, command.Annotation),
            },
            _ => { },
            ct);
    }

    private async Task<IReadOnlyList<DatasetRow>> Sample(LabelTasks command, CancellationToken ct)
    {
        try
        {
            var directory = await folders.Checkout(command.Dataset.Folder, ct);
            var rows = await DatasetSample.Draw(directory, command.Annotation.Sample, ct);
            return rows.Count > 0
                ? rows
                : throw new ProblemException("dataset_empty", "The dataset's train split has no text to label.");
        }
        catch (ArtifactMissingException e)
        {
            throw new ProblemException("dataset_missing", e.Message, "dataset", e);
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            throw new ProblemException("dataset_unreadable", e.Message, "dataset", e);
        }
    }

    private static async Task<List<IReadOnlyList<DraftLabel>>> Label(
        IReadOnlyList<ILabeler> labelers, IReadOnlyList<SourceDocument> sample, WorkContext context, CancellationToken ct)
    {
        var drafts = new List<IReadOnlyList<DraftLabel>>();
        var total = (double)labelers.Count * sample.Count;
        var done = 0;
        foreach (var labeler in labelers)
        {
            var labeling = Task.Run(() => labeler.Label(sample, count => Interlocked.Add(ref done, count), ct), ct);
            while (await Task.WhenAny(labeling, Task.Delay(TimeSpan.FromMilliseconds(500), ct)) != labeling)
                await context.Progress("label", Volatile.Read(ref done), total, "labels", ct: ct);
            drafts.Add(await labeling);
        }

        await context.Progress("label", total, total, "labels", ct: ct);
        return drafts;
    }

    private async Task Write(
        LabelTasks command,
        string campaign,
        IReadOnlyList<DatasetRow> sample,
        IReadOnlyList<ILabeler> labelers,
        List<IReadOnlyList<DraftLabel>> drafts,
        WorkContext context,
        CancellationToken ct)
    {
        var written = 0;
        foreach (var numbers in Enumerable.Range(0, sample.Count).Chunk(WritesAtOnce))
        {
            await Task.WhenAll(numbers.Select(number => tasks.Insert(TaskOf(command, campaign, number, sample[number], labelers, drafts), ct)));
            written += numbers.Length;
            await context.Progress("tasks", written, sample.Count, "tasks", ct: ct);
        }
    }

    private static AnnotationTask TaskOf(
        LabelTasks command, string campaign, int number, DatasetRow row, IReadOnlyList<ILabeler> labelers, List<IReadOnlyList<DraftLabel>> drafts)
    {
        var spec = command.Annotation;
        var kind = TaskKinds.Of(spec.Task);
        var data = new TaskData(row.Id, row.Title ?? "", row.Text!, row.A, row.B);
        kind.Check(data);
        var task = new AnnotationTask
        {
            Id = $"{campaign}-{number}",
            Campaign = campaign,
            Number = number,
            Kind = spec.Task,
            Data = data,
            Predictions =
            [
                .. labelers.Select((labeler, index) => PredictionOf(labeler, drafts[index][number], spec.Task == TaskKinds.Instruction)),
                .. row.Predictions is { } brought ? PreLabels.Read(brought, kind, data, spec) : [],
            ],
        };
        TaskRules.Open(task, spec.Overlap);
        return task;
    }

    private static TaskPrediction PredictionOf(ILabeler labeler, DraftLabel draft, bool needsPair)
    {
        var pair = needsPair ? draft.Pair : null;
        return new(labeler.Name, labeler.ModelVersion, draft.Confidence, new(draft.Topic, pair?.Instruction, pair?.Response, pair?.Score));
    }
}
