using Aigc.Annotation.Campaigns;
using Aigc.Annotation.Kinds;
using Aigc.Annotation.Tasks;
using Aigc.Contracts;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Annotation.Export;

/// <summary>Computes agreement and writes the labelled version. The same decided tasks give the same bytes, so a repeat after a crash changes nothing.</summary>
internal sealed class ExportLabelsWork(
    ArtifactFolders folders, AigcPaths paths, CampaignKey keys, IDocumentStore<AnnotationTask> tasks, IDocumentStore<LabelledVersion> versions) : IWork<ExportLabels>
{
    public string IdOf(ExportLabels command) => $"export/{command.CampaignId}";

    public (Guid JobId, JobLink Job) JobOf(ExportLabels command) => (command.CampaignId, command.Job);

    public object Failed(ExportLabels command, Problem problem) => new CampaignStepFailed { CampaignId = command.CampaignId, Problem = problem };

    public async Task<object> Run(ExportLabels command, WorkContext context, CancellationToken ct)
    {
        var campaign = command.CampaignId.ToString();
        var key = keys.Of(command.Job.Tenant, command.Dataset, command.Annotation);
        var reused = true;
        if (await versions.Find(key, ct) is not { } version)
        {
            reused = false;
            await versions.Insert(await Write(command, campaign, key, ct), ct);
            // Whoever was first with this key is the version; a second writer of the same labels made the same folder.
            version = (await versions.Find(key, ct))!;
        }

        return new LabelsExported
        {
            CampaignId = command.CampaignId,
            Labels = version.Labels with { Name = command.Name },
            Agreed = version.Agreed,
            Open = version.Open,
            Agreement = version.Agreement,
            Reused = reused && version.Campaign != campaign,
            Usage = context.Usage() with { StoredBytes = reused ? 0 : version.Labels.Folder.Size },
        };
    }

    private async Task<LabelledVersion> Write(ExportLabels command, string campaign, string key, CancellationToken ct)
    {
        var scratch = paths.NewScratch();
        try
        {
            var kind = TaskKinds.Of(command.Annotation.Task);
            var answers = new List<IReadOnlyDictionary<string, TaskAnswer>>();
            var open = 0L;
            long rows, bytes;
            SortedDictionary<string, long> counts;
            await using (var writer = new LabelledRows(scratch, command.Annotation))
            {
                await foreach (var task in CampaignTasks.Walk(tasks, campaign, ct))
                {
                    // Where no labeler knows the kind, agreement is that of the people.
                    answers.Add(CampaignTasks.Answers(task, people: !kind.HasLabelers));
                    if (task.Status == TaskStatuses.Open)
                        open++;
                    else
                        await writer.Add(task, ct);
                }

                (rows, bytes, counts) = (writer.Rows, writer.TextBytes, writer.Counts);
            }

            if (rows == 0)
                throw new ProblemException("labels_empty", $"None of {open} tasks is labelled: the labelers agree on nothing. People may label them, or take another set of labelers.", "annotation.labelers");
            var agreement = kind.Agreement(answers).ToDictionary();
            await File.WriteAllTextAsync(Path.Combine(scratch, "README.md"), LabelCard.Write(command, rows, open, counts, agreement), ct);
            return new()
            {
                Id = key,
                Campaign = campaign,
                Labels = new() { Name = command.Name, Folder = await folders.Pack(scratch, ct), TrainRows = rows, ValidationRows = 0, TextBytes = bytes },
                Agreed = rows,
                Open = open,
                Agreement = agreement,
            };
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
