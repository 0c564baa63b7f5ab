using System.Collections.Concurrent;
using System.Threading.Channels;
using Aigc.Contracts;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Registry;
using Aigc.Storage.Artifacts;
using MassTransit;

namespace Aigc.Orchestration.Tests;

/// <summary>What the other services are told to answer, and what the test saw.</summary>
public sealed class Links
{
    private readonly ConcurrentDictionary<(Guid, JobStatus), TaskCompletionSource<JobChanged>> _jobs = new();

    public ConcurrentQueue<string> Ordered { get; } = new();

    public ConcurrentQueue<Guid> Cancelled { get; } = new();

    public int Generations;

    /// <summary>What was told of models, in its order.</summary>
    public Channel<object> Told { get; } = Channel.CreateUnbounded<object>();

    /// <summary>The next that is told of this kind; what is told of others before it is passed over.</summary>
    public async Task<T> Hears<T>()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await Told.Reader.ReadAsync(limit.Token) is T wanted)
            {
                return wanted;
            }
        }
    }

    public bool TrainingFails { get; set; }

    public ConcurrentBag<Guid> Abandoned { get; } = [];

    public bool GenerationsHang { get; set; }

    /// <summary>Where the last generation was told to stream to.</summary>
    public Uri? StreamedTo { get; set; }

    /// <summary>How many publications are rejected, the first ones.</summary>
    public int Rejections { get; set; }

    public ConcurrentDictionary<Guid, bool> Rejected { get; } = new();

    public bool DatasetHangs { get; set; }

    /// <summary>How many publications are answered; the others hang.</summary>
    public int Publishes = int.MaxValue;

    public int Repeats { get; set; } = 1;

    public void Saw(JobChanged change) => Of(change.JobId, change.Status).TrySetResult(change);

    public Task<JobChanged> Reaches(Guid job, JobStatus status) => Of(job, status).Task.WaitAsync(TimeSpan.FromSeconds(60));

    private TaskCompletionSource<JobChanged> Of(Guid job, JobStatus status) =>
        _jobs.GetOrAdd((job, status), _ => new TaskCompletionSource<JobChanged>(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>A chain with every link.</summary>
internal static class SampleChain
{
    public static ChainSpec Whole() => new()
    {
        Name = "sample",
        Data = new ChainData { Sources = [new DataSource { Kind = "directory", Path = "/data" }] },
        Annotation = new AnnotationSpec(),
        Training = new TrainingSpec(),
        Generation = new ChainGeneration { Prompts = ["one", "two"], Sampling = new SamplingSpec { MaxTokens = 8 } },
        Distribution = new ChainDistribution { Channels = [new ChannelSpec { Kind = "folder", Path = "/out" }] },
    };
}

internal static class Made
{
    /// <summary>Manifests of folders that are stored and hold nothing, which is all that is looked at here.</summary>
    public static readonly string[] Manifests = ["""{"files":[]}""", """{"files": []}""", """{ "files": []}"""];

    public static readonly DatasetVersionRef Dataset = new() { Name = "d", Folder = Folder(0), TrainRows = 9, ValidationRows = 1, TextBytes = 100 };
    public static readonly DatasetVersionRef Labels = new() { Name = "l", Folder = Folder(1), TrainRows = 5, ValidationRows = 0, TextBytes = 50 };
    public static readonly ModelRef Model = new() { Name = "m", Folder = Folder(2), Tier = "small", ContextLength = 64 };

    private static ArtifactRef Folder(int manifest) => new() { Digest = Digest.Of(Manifests[manifest]), Size = 1, MediaType = ArtifactRef.FolderMediaType };

    /// <summary>As a real process does it: the envelope names who ordered it. Told as often as the test wants, since delivery is at least once.</summary>
    public static async Task Tell<T>(this ConsumeContext context, Links links, JobLink job, T outcome)
        where T : class
    {
        for (var i = 0; i < links.Repeats; i++)
        {
            await context.Publish(outcome, publish => publish.CorrelationId = job.ParentId);
        }
    }
}

public sealed class DatasetLink(Links links) : IConsumer<BuildDataset>
{
    public Task Consume(ConsumeContext<BuildDataset> context)
    {
        links.Ordered.Enqueue("dataset");
        return links.DatasetHangs
            ? Task.CompletedTask
            : context.Tell(links, context.Message.Job, new DatasetBuilt { BuildId = context.Message.BuildId, Dataset = Made.Dataset });
    }
}

public sealed class LabelLink(Links links) : IConsumer<RunLabelingCampaign>
{
    public Task Consume(ConsumeContext<RunLabelingCampaign> context)
    {
        links.Ordered.Enqueue("labels");
        return context.Tell(links, context.Message.Job, new LabelingFinished { CampaignId = context.Message.CampaignId, Labels = Made.Labels, Agreed = 5, Open = 1 });
    }
}

internal sealed class TrainingLink(Links links, ModelRegistry registry) : IConsumer<TrainModel>
{
    public async Task Consume(ConsumeContext<TrainModel> context)
    {
        links.Ordered.Enqueue("model");
        var message = context.Message;
        if (links.TrainingFails)
        {
            await context.Tell(links, message.Job, new TrainingFailed { RunId = message.RunId, Problem = new Problem { Code = "gate_failed", Message = "Not better." } });
            return;
        }

        // As the real one does: trained is what is registered.
        await registry.Register(new RegisterModel { RunId = message.RunId, Model = Made.Model, Tenant = message.Job.Tenant }, context.CancellationToken);
        await context.Publish(new LineageRecorded
        {
            JobId = message.RunId,
            Activity = JobKinds.TrainingRun,
            Tenant = message.Job.Tenant,
            Inputs = [new LineageNode { Kind = "dataset", Id = Made.Dataset.Folder.Digest }],
            Outputs = [new LineageNode { Kind = "model", Id = Made.Model.Folder.Digest }],
            At = DateTimeOffset.UnixEpoch,
        });
        await context.Tell(
            links,
            message.Job,
            new ModelTrained { RunId = message.RunId, Model = Made.Model, Evaluation = new EvaluationReport { BitsPerByte = 1, BaselineBitsPerByte = 2, Bytes = 1, Passed = true } });
    }
}

public sealed class ModelLink : IConsumer<LoadModel>
{
    public Task Consume(ConsumeContext<LoadModel> context) => context.Publish(new ModelLoaded { RequestId = context.Message.RequestId, Model = context.Message.Model });
}

public sealed class InferenceLink(Links links) : IConsumer<GenerateText>
{
    public async Task Consume(ConsumeContext<GenerateText> context)
    {
        if (links.GenerationsHang)
        {
            return;
        }

        Interlocked.Increment(ref links.Generations);
        links.StreamedTo = context.Message.StreamTo;
        var message = context.Message;
        var answer = new TextGenerated
        {
            GenerationId = message.GenerationId,
            Text = "Answer to " + (message.Prompt ?? message.Messages[^1].Content),
            FinishReason = "stop",
            PromptTokens = 3,
            CompletionTokens = 4,
            ModelDigest = message.Model.Folder.Digest,
        };
        for (var i = 0; i < links.Repeats; i++)
        {
            await context.Publish(answer);
        }
    }
}

public sealed class PublicationLink(Links links) : IConsumer<PublishContent>
{
    public Task Consume(ConsumeContext<PublishContent> context)
    {
        links.Ordered.Enqueue("publication");
        var message = context.Message;
        if (Interlocked.Decrement(ref links.Publishes) < 0)
        {
            return Task.CompletedTask;
        }

        if (links.Rejected.TryAdd(message.PublicationId, links.Rejections-- > 0) && links.Rejected[message.PublicationId])
        {
            return context.Tell(links, message.Job, new PublicationFailed
            {
                PublicationId = message.PublicationId,
                Problem = new Problem { Code = PublicationFailed.Rejected, Message = "Rejected by user_mei: it is wrong" },
            });
        }

        return context.Tell(links, message.Job, new ContentPublished
        {
            PublicationId = message.PublicationId,
            Receipt = new PublicationReceipt
            {
                ContentId = message.Content.ContentId,
                Channel = message.Channel.Kind,
                Location = message.Channel.Path!,
                Digest = message.Content.ContentId,
                Marks = ["visible"],
                At = DateTimeOffset.UnixEpoch,
            },
        });
    }
}
