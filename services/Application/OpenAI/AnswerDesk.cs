using System.Collections.Concurrent;
using System.Threading.Channels;
using Aigc.Application.Batches.Lines;
using Aigc.Application.Spending;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;
using MassTransit;

namespace Aigc.Application.OpenAI;

/// <summary>Requests of this process that wait for their answers, by generation. Whoever is not waited for any more is not missed.</summary>
internal sealed class AnswerDesk
{
    private readonly ConcurrentDictionary<Guid, Channel<object>> _open = new();

    /// <summary>Address of this process's own queue; known once the bus has started.</summary>
    public Uri? Address { get; set; }

    public int Open => _open.Count;

    public ChannelReader<object> Expect(Guid generation) =>
        (_open[generation] = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true })).Reader;

    public void Forget(Guid generation) => _open.TryRemove(generation, out _);

    public void Deliver(Guid generation, object message)
    {
        if (_open.TryGetValue(generation, out var waiting))
        {
            waiting.Writer.TryWrite(message);
        }
    }
}

/// <summary>
/// Everything this process's own queue receives: pieces as they come, and how it ended. Workers send both to the request's
/// <c>StreamTo</c>; the ends arrive a second time as events, which changes nothing.
/// </summary>
internal sealed class AnswerConsumer(AnswerDesk desk, LineDesk lines, Budgets budgets)
    : IConsumer<TextStreamed>, IConsumer<TextGenerated>, IConsumer<TextGenerationFailed>, IConsumer<UsageMeasured>
{
    public const string Name = "application.answers";

    public Task Consume(ConsumeContext<TextStreamed> context) => Deliver(context.Message.GenerationId, context.Message);

    public Task Consume(ConsumeContext<TextGenerated> context)
    {
        budgets.Hear(context.Message);
        return Deliver(context.Message.GenerationId, context.Message);
    }

    public Task Consume(ConsumeContext<TextGenerationFailed> context)
    {
        budgets.Hear(context.Message);
        return Deliver(context.Message.GenerationId, context.Message);
    }

    public Task Consume(ConsumeContext<UsageMeasured> context)
    {
        budgets.Hear(context.Message.UsageId, context.Message.Quantities);
        return Task.CompletedTask;
    }

    private Task Deliver(Guid generation, object message)
    {
        desk.Deliver(generation, message);
        if (message is not TextStreamed)
        {
            lines.Deliver(generation, message);
        }

        return Task.CompletedTask;
    }
}

/// <summary>Learns the full address of this process's queue as the transport spells it: only that one works from other processes.</summary>
internal sealed class AnswerAddress(AnswerDesk desk) : IReceiveEndpointObserver
{
    public Task Ready(ReceiveEndpointReady ready)
    {
        if (ready.InputAddress.AbsolutePath.Contains("." + AnswerConsumer.Name + ".", StringComparison.Ordinal))
        {
            desk.Address = ready.InputAddress;
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;
}
