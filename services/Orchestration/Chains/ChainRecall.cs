using System.Globalization;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Registry;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Orchestration.Chains;

/// <summary>What a run takes over from the earlier one it goes on from.</summary>
internal static class ChainRecall
{
    public static void Take(ChainRun run, ChainRecalled recalled)
    {
        (run.Dataset, run.Labels, run.Model) = (recalled.Dataset, recalled.Labels, recalled.Model);
        foreach (var answer in recalled.Answers)
        {
            var id = ChainSteps.GenerationId(run, answer.Prompt);
            run.Answers[id] = answer.Answer with { GenerationId = id };
        }

        foreach (var publication in recalled.Publications)
        {
            var id = ChainSteps.PublicationId(run, publication.Prompt, publication.Channel);
            if (publication.Receipt is { } receipt)
            {
                run.Receipts[id] = receipt;
            }
            else
            {
                run.Rejected.Add(id);
            }
        }

        // Links without jobs of their own in this run.
        Note(run, JobKinds.DatasetBuild, run.Dataset is null ? 0 : 1);
        Note(run, JobKinds.LabelingCampaign, run.Labels is null ? 0 : 1);
        Note(run, JobKinds.TrainingRun, run.Model is null ? 0 : 1);
        Note(run, JobKinds.Generation, recalled.Answers.Count);
        Note(run, JobKinds.Publication, recalled.Publications.Count);
    }

    private static void Note(ChainRun run, string kind, int count)
    {
        if (count > 0)
        {
            run.Result[$"reused.{kind}"] = count.ToString(CultureInfo.InvariantCulture);
        }
    }
}

/// <summary>
/// Looks up what an earlier run has made and what of it is still there. A link is taken over when everything before it is: what was made of something
/// that is gone is made again.
/// </summary>
internal sealed class RecallChainConsumer(IDocumentStore<ChainRun> runs, ModelRegistry registry, IArtifactStore artifacts) : IConsumer<RecallChain>
{
    public async Task Consume(ConsumeContext<RecallChain> context)
    {
        var (command, ct) = (context.Message, context.CancellationToken);
        var recalled = new ChainRecalled { ChainId = command.ChainId };
        if (await runs.Find(command.Resumes.ToString(), ct) is { } run && run.Tenant == command.Tenant)
        {
            recalled = await Recall(recalled, run, ct);
        }

        await context.Publish(recalled, ct);
    }

    private async Task<ChainRecalled> Recall(ChainRecalled recalled, ChainRun run, CancellationToken ct)
    {
        if (!await Stands(run.Dataset?.Folder, ct))
        {
            return recalled;
        }

        recalled = recalled with { Dataset = run.Dataset };
        if (run.Chain.Annotation is not null && !await Stands(run.Labels?.Folder, ct))
        {
            return recalled;
        }

        recalled = recalled with { Labels = run.Labels };
        // One that was erased since is trained again.
        if (run.Model is not { } model || await registry.Find(run.Tenant, ModelVersions.DigestOf(model), ct) is null)
        {
            return recalled;
        }

        var answers = new List<RecalledAnswer>();
        var publications = new List<RecalledPublication>();
        for (var prompt = 0; prompt < (run.Chain.Generation?.Prompts.Count ?? 0); prompt++)
        {
            if (run.Answers.GetValueOrDefault(ChainSteps.GenerationId(run, prompt)) is { } answer && await Stands(answer.Content, ct))
            {
                answers.Add(new RecalledAnswer { Prompt = prompt, Answer = answer });
                publications.AddRange(Settled(run, prompt));
            }
        }

        return recalled with { Model = model, Answers = answers, Publications = publications };
    }

    private static IEnumerable<RecalledPublication> Settled(ChainRun run, int prompt) =>
        from channel in Enumerable.Range(0, run.Chain.Distribution?.Channels.Count ?? 0)
        let id = ChainSteps.PublicationId(run, prompt, channel)
        let receipt = run.Receipts.GetValueOrDefault(id)
        where receipt is not null || run.Rejected.Contains(id)
        select new RecalledPublication { Prompt = prompt, Channel = channel, Receipt = receipt };

    private async Task<bool> Stands(ArtifactRef? artifact, CancellationToken ct) => artifact is not null && await artifacts.Exists(artifact.Digest, ct);
}
