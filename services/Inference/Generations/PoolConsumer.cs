using Aigc.Contracts.Inference;
using Aigc.Inference.Classification;
using Aigc.Inference.Embeddings;
using MassTransit;

namespace Aigc.Inference.Generations;

/// <summary>First pool of a worker; see <see cref="PoolConsumer{TPool}"/>.</summary>
internal sealed class FirstPool;

/// <summary>The pool after another.</summary>
internal sealed class PoolAfter<TPool>;

/// <summary>
/// Drains one pool's queue. MassTransit gives each consumer type one queue, and the number of pools is a setting: so a pool is a type here,
/// <see cref="FirstPool"/>, <c>PoolAfter&lt;FirstPool&gt;</c> and so on.
/// </summary>
internal sealed class PoolConsumer<TPool>(GenerationDesk desk, ModelDesk models, EmbeddingDesk embeddings, ClassificationDesk classifications)
    : IConsumer<GenerateText>, IConsumer<LoadModel>, IConsumer<EmbedText>, IConsumer<ClassifyText>
{
    public Task Consume(ConsumeContext<GenerateText> context) => desk.Handle(context);

    public Task Consume(ConsumeContext<LoadModel> context) => models.Handle(context);

    public Task Consume(ConsumeContext<EmbedText> context) => embeddings.Handle(context);

    public Task Consume(ConsumeContext<ClassifyText> context) => classifications.Handle(context);
}

/// <summary>Drains the queue of one pool's batch work: a full hand of it leaves the pool's other queue alone.</summary>
internal sealed class BatchConsumer<TPool>(GenerationDesk desk) : IConsumer<GenerateText>
{
    public Task Consume(ConsumeContext<GenerateText> context) => desk.Handle(context);
}

/// <summary>Cancels generations whose client is gone. Every worker hears of every one; all but one do not know it.</summary>
internal sealed class GenerationAbandonedConsumer(InFlightGenerations inFlight) : IConsumer<GenerationAbandoned>
{
    public Task Consume(ConsumeContext<GenerationAbandoned> context)
    {
        inFlight.Abandon(context.Message.GenerationId);
        return Task.CompletedTask;
    }
}
