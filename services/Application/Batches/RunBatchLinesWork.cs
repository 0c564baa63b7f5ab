using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using Aigc.Application.Batches.Lines;
using Aigc.Application.Files.Lines;
using Aigc.Contracts;
using Aigc.Contracts.Application;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Batches;

/// <summary>
/// Runs the lines that have no result, a bounded number at once. Whoever takes the work over reads which lines are done and goes on
/// with the others; a line that was under way is the same generation again.
/// </summary>
internal sealed class RunBatchLinesWork(LineRunner runner, LineResults results, IArtifactStore artifacts, TimeProvider time, IOptions<BatchOptions> options) : IWork<RunBatchLines>
{
    public string IdOf(RunBatchLines command) => $"batch-lines/{command.BatchId}";

    public (Guid JobId, JobLink Job) JobOf(RunBatchLines command) => (command.BatchId, command.Job);

    public object Failed(RunBatchLines command, Problem problem) => new BatchStepFailed { BatchId = command.BatchId, Problem = problem };

    public async Task<object> Run(RunBatchLines command, WorkContext context, CancellationToken ct)
    {
        var (tally, done) = await Done(command, ct);
        var left = command.ExpiresAt - time.GetUtcNow();
        using var window = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(window.Token, ct);
        try
        {
            await Parallel.ForEachAsync(
                Open(command, done, either.Token),
                new ParallelOptions { MaxDegreeOfParallelism = options.Value.LinesInFlight, CancellationToken = either.Token },
                async (request, token) =>
                {
                    var result = await runner.Run(request, command.ExpiresAt, token);
                    if (await results.Keep(result, token))
                    {
                        await Tell(context, tally.Add(result.Failed), command.Lines, token);
                    }
                });
            return new BatchLinesRun { BatchId = command.BatchId };
        }
        catch (OperationCanceledException) when (window.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return new BatchLinesRun { BatchId = command.BatchId, Expired = true };
        }
    }

    private async Task<(Tally Tally, BitArray Done)> Done(RunBatchLines command, CancellationToken ct)
    {
        // By number of line in the file, and empty lines count there.
        var (tally, done) = (new Tally(), new BitArray(command.Lines + 1));
        await foreach (var result in results.Of(command.BatchId, ct))
        {
            if (result.Line >= done.Length)
            {
                done.Length = result.Line + 1;
            }

            done[result.Line] = true;
            tally.Add(result.Failed);
        }

        return (tally, done);
    }

    private async IAsyncEnumerable<BatchRequest> Open(RunBatchLines command, BitArray done, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var input = await artifacts.Open(command.Input.Digest, ct);
        await foreach (var line in JsonLine.ReadAll(input, ct))
        {
            if (line.Number >= done.Length || !done[line.Number])
            {
                yield return BatchRequest.Of(command.BatchId, command.Job, command.Endpoint, line);
            }
        }
    }

    private static ValueTask Tell(WorkContext context, Counts counts, int lines, CancellationToken ct) => context.Progress(
        "requests",
        counts.Completed + counts.Failed,
        lines,
        "requests",
        new Dictionary<string, string>
        {
            ["completed"] = counts.Completed.ToString(CultureInfo.InvariantCulture),
            ["failed"] = counts.Failed.ToString(CultureInfo.InvariantCulture),
        },
        ct);

    /// <summary>Results so far; lines end side by side.</summary>
    private sealed class Tally
    {
        private readonly Lock _gate = new();
        private Counts _counts;

        public Counts Add(bool failed)
        {
            lock (_gate)
            {
                return _counts = failed ? _counts with { Failed = _counts.Failed + 1 } : _counts with { Completed = _counts.Completed + 1 };
            }
        }
    }

    private readonly record struct Counts(int Completed, int Failed);
}
