using System.Text;
using Aigc.Contracts;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Registry;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Orchestration.Generations;

/// <summary>An answer by the request it answers, so that the same request with the same seed is not computed twice.</summary>
internal sealed class KnownAnswer : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required StoredContent Content { get; init; }

    /// <summary>Two requests with one key have one answer. Without a seed no request repeats.</summary>
    public static string? KeyOf(RequestGeneration request, string modelDigest) => request.Sampling.Seed is null
        ? null
        : Digest.OfParts(request.Job.Tenant, modelDigest, request.Prompt ?? "", DocumentJson.Write(request.Messages), DocumentJson.Write(request.Sampling));
}

/// <summary>Finds the model, and an earlier answer.</summary>
internal sealed class PrepareGenerationConsumer(ModelRegistry registry, IDocumentStore<KnownAnswer> answers, IArtifactStore artifacts) : IConsumer<PrepareGeneration>
{
    public async Task Consume(ConsumeContext<PrepareGeneration> context)
    {
        var (id, request) = (context.Message.GenerationId, context.Message.Request);
        if (await registry.Find(request.Job.Tenant, request.Model, context.CancellationToken) is not { } model)
        {
            await context.Publish(new GenerationStepFailed { GenerationId = id, Problem = ModelRegistry.Unknown(request.Model) });
            return;
        }

        var key = KnownAnswer.KeyOf(request, (model.Model.Adapter ?? model.Model.Folder).Digest);
        var known = key is null ? null : await answers.Find(key, context.CancellationToken);
        var usable = known is not null && await artifacts.Exists(known.Content.Artifact.Digest, context.CancellationToken);
        await context.Publish(new GenerationPrepared { GenerationId = id, Model = model.Model, Known = usable ? known!.Content : null });
    }
}

/// <summary>Stores an answer; storing it again finds the same bytes.</summary>
internal sealed class StoreContentConsumer(IDocumentStore<KnownAnswer> answers, IArtifactStore artifacts, TimeProvider time) : IConsumer<StoreContent>
{
    public async Task Consume(ConsumeContext<StoreContent> context)
    {
        var (request, answer) = (context.Message.Request, context.Message.Answer);
        try
        {
            using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(answer.Text));
            var content = new StoredContent
            {
                Artifact = await artifacts.Put(bytes, "text/markdown", context.CancellationToken),
                Text = answer.Text,
                FinishReason = answer.FinishReason,
                PromptTokens = answer.PromptTokens,
                CompletionTokens = answer.CompletionTokens,
                ModelDigest = answer.ModelDigest,
                At = time.GetUtcNow(),
            };
            content = await Remember(request, content, context.CancellationToken);
            await context.Publish(new ContentStored { GenerationId = context.Message.GenerationId, Content = content });
        }
        catch (ProblemException refused)
        {
            await context.Publish(new GenerationStepFailed { GenerationId = context.Message.GenerationId, Problem = refused.Problem });
        }
    }

    private async Task<StoredContent> Remember(RequestGeneration request, StoredContent content, CancellationToken ct)
    {
        if (KnownAnswer.KeyOf(request, content.ModelDigest) is not { } key)
        {
            return content;
        }

        var answer = new KnownAnswer { Id = key, Tenant = request.Job.Tenant, Content = content };
        return await answers.Insert(answer, ct) ? content : (await answers.Find(key, ct))?.Content ?? content;
    }
}
