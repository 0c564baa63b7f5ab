using System.Collections.Concurrent;
using System.Diagnostics;
using Aigc.Contracts;
using Aigc.Contracts.DataSupply;
using Aigc.ServiceDefaults;
using MassTransit;

namespace Aigc.DataSupply.Builds;

/// <summary>
/// Prepares one shard a message: seconds of work, so it holds its delivery. A repeat of a shard this process is at work on is dropped (the first
/// will answer); a repeat of a finished one is answered from its result.
/// </summary>
internal sealed class PrepareShardConsumer(PreparedShards shards, ShardsAtWork atWork, TimeProvider time) : IConsumer<PrepareShard>
{
    /// <summary>The bus tries a message seven times in all; the last one gives up for good rather than letting the build wait for ever.</summary>
    private const int LastRetry = 6;

    public async Task Consume(ConsumeContext<PrepareShard> context)
    {
        var command = context.Message;
        if (!atWork.Enter(command))
        {
            return;
        }

        try
        {
            await Prepare(context, command);
        }
        catch (ProblemException refused)
        {
            await context.Publish(new BuildStepFailed { BuildId = command.BuildId, Problem = refused.Problem }, context.CancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && context.GetRetryAttempt() >= LastRetry)
        {
            var problem = new Problem { Code = "shard_failed", Message = $"Shard {command.Shard} cannot be prepared: {failure.Message}", Transient = true };
            await context.Publish(new BuildStepFailed { BuildId = command.BuildId, Problem = problem }, context.CancellationToken);
        }
        finally
        {
            atWork.Leave(command);
        }
    }

    private async Task Prepare(ConsumeContext<PrepareShard> context, PrepareShard command)
    {
        var started = time.GetTimestamp();
        var plan = await shards.ReadPlan(command.Plan, context.CancellationToken);
        var prepared = await shards.Ensure(plan.Shards[command.Shard], command.Prepare, context.CancellationToken);
        using var process = Process.GetCurrentProcess();
        await context.Publish(
            new ShardPrepared
            {
                BuildId = command.BuildId,
                Shard = command.Shard,
                Documents = prepared.Documents,
                // One thread, and it computes: its wall clock is the best measure of its processor time.
                Usage = new() { Seconds = time.GetElapsedTime(started).TotalSeconds, CpuSeconds = time.GetElapsedTime(started).TotalSeconds, PeakMemoryBytes = process.WorkingSet64 },
            },
            context.CancellationToken);
    }
}

/// <summary>Shards this process is at work on.</summary>
internal sealed class ShardsAtWork
{
    private readonly ConcurrentDictionary<(Guid, int), bool> _shards = new();

    public bool Enter(PrepareShard command) => _shards.TryAdd((command.BuildId, command.Shard), true);

    public void Leave(PrepareShard command) => _shards.TryRemove((command.BuildId, command.Shard), out _);
}
