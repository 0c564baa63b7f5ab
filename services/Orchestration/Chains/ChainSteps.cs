using System.Globalization;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Storage.Artifacts;

namespace Aigc.Orchestration.Chains;

/// <summary>
/// The commands a chain run gives to the links. Ids are made from the run and the place in it, so that a command given twice means
/// the same work.
/// </summary>
internal static class ChainSteps
{
    // A chain repeats unless its author asks otherwise.
    private const long DefaultSeed = 1;

    public static RecallChain Recall(ChainRun run) => new() { ChainId = run.CorrelationId, Resumes = run.Resumes!.Value, Tenant = run.Tenant };

    public static BuildDataset BuildDataset(ChainRun run) => new()
    {
        BuildId = ChildId(run, "dataset"),
        Job = Link(run),
        Name = run.Chain.Name,
        Sources = run.Chain.Data.Sources,
        Prepare = run.Chain.Data.Prepare,
    };

    public static RunLabelingCampaign Label(ChainRun run) => new()
    {
        CampaignId = ChildId(run, "labels"),
        Job = Link(run),
        Name = run.Chain.Name + "-labels",
        Dataset = run.Dataset!,
        Annotation = run.Chain.Annotation!,
    };

    public static TrainModel Train(ChainRun run) => new()
    {
        RunId = ChildId(run, "model"),
        Job = Link(run),
        Name = run.Chain.Name,
        Dataset = run.Dataset!,
        Labels = run.Labels,
        Training = run.Chain.Training!,
    };

    public static LoadModel Load(ChainRun run) => new() { Model = run.Model!, RequestId = run.CorrelationId };

    /// <summary>One generation for every prompt, in the prompts' order.</summary>
    public static IReadOnlyList<RequestGeneration> Generations(ChainRun run)
    {
        var generation = run.Chain.Generation!;
        var sampling = generation.Sampling with { Seed = generation.Sampling.Seed ?? DefaultSeed };
        return [.. generation.Prompts.Select((prompt, index) => new RequestGeneration
        {
            GenerationId = GenerationId(run, index),
            Job = Link(run),
            Model = run.Model!.Folder.Digest,
            Messages = [new ChatTurn { Role = "user", Content = prompt }],
            Sampling = sampling,
        })];
    }

    /// <summary>One publication for every answer and channel.</summary>
    public static IReadOnlyList<PublishContent> Publications(ChainRun run)
    {
        var channels = run.Chain.Distribution!.Channels;
        return [.. from generation in Generations(run)
                   from channel in channels.Index()
                   select new PublishContent
                   {
                       PublicationId = PublicationId(run, generation.GenerationId, channel.Index),
                       Job = Link(run),
                       Content = Content(run, generation),
                       Channel = channel.Item,
                       NeedsApproval = run.Chain.Distribution.Approval == ChainDistribution.ApprovalRequired,
                       PublishAt = run.Chain.Distribution.PublishAt,
                   }];
    }

    public static IEnumerable<Guid> ChildIds(ChainRun run)
    {
        yield return ChildId(run, "dataset");
        yield return ChildId(run, "labels");
        yield return ChildId(run, "model");
        foreach (var generation in run.Model is null || run.Chain.Generation is null ? [] : Generations(run))
        {
            yield return generation.GenerationId;
            for (var channel = 0; channel < (run.Chain.Distribution?.Channels.Count ?? 0); channel++)
            {
                yield return PublicationId(run, generation.GenerationId, channel);
            }
        }
    }

    private static ContentItem Content(ChainRun run, RequestGeneration generation)
    {
        var answer = run.Answers[generation.GenerationId];
        var prompt = generation.Messages[0].Content;
        return new ContentItem
        {
            ContentId = answer.Content.Digest,
            Title = prompt.Length <= 80 ? prompt : prompt[..79] + "…",
            Body = answer.Content,
            Prompt = prompt,
            ModelDigest = answer.ModelDigest,
            ModelName = run.Model!.Name,
            GenerationId = answer.GenerationId,
            GeneratedAt = answer.At,
        };
    }

    /// <summary>The answer to the prompt of this place.</summary>
    public static Guid GenerationId(ChainRun run, int prompt) => ChildId(run, "answer", Text(prompt));

    /// <summary>That answer in the channel of this place.</summary>
    public static Guid PublicationId(ChainRun run, int prompt, int channel) => PublicationId(run, GenerationId(run, prompt), channel);

    private static JobLink Link(ChainRun run) => run.Job with { ParentId = run.CorrelationId };

    private static Guid ChildId(ChainRun run, params ReadOnlySpan<string> place) => Digest.ToGuid([run.CorrelationId.ToString(), .. place]);

    private static Guid PublicationId(ChainRun run, Guid generation, int channel) => ChildId(run, "publication", generation.ToString(), Text(channel));

    private static string Text(int index) => index.ToString(CultureInfo.InvariantCulture);
}
