using System.Collections.Concurrent;
using Aigc.ServiceDefaults;
using MassTransit;

namespace Aigc.Application.Tests.Faults;

/// <summary>A command of the tests' own.</summary>
public sealed record EraseFolder
{
    public required Guid Id { get; init; }
}

/// <summary>Handles nothing before it is cured, and counts what it handles.</summary>
public sealed class Poison
{
    public const string Queue = "test.poison";

    public volatile bool Cured;

    public ConcurrentQueue<Guid> Handled { get; } = new();

    public TaskCompletionSource<Guid> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Twice { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Its consumer.</summary>
public sealed class PoisonConsumer(Poison poison) : IConsumer<EraseFolder>
{
    public Task Consume(ConsumeContext<EraseFolder> context)
    {
        if (!poison.Cured)
        {
            throw new ProblemException("disk_full", "The disk is full.");
        }

        poison.Handled.Enqueue(context.Message.Id);
        if (!poison.Done.TrySetResult(context.Message.Id))
        {
            poison.Twice.TrySetResult();
        }

        return Task.CompletedTask;
    }
}
