using System.Collections.Concurrent;
using System.Net;
using Aigc.Application.Batches.Lines;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Time.Testing;

namespace Aigc.Application.Tests.Batches;

public sealed class An_interrupted_batch : BatchTest
{
    [Fact]
    public async Task Goes_on_after_a_restart_with_the_lines_that_have_no_result()
    {
        var (first, second) = (new ConcurrentDictionary<Guid, string>(), new ConcurrentDictionary<Guid, string>());
        string batch;
        await using (var host = await ApplicationHost.Start(DataRoot, n => n.AnswerBatch = command => Task.FromResult<object?>(
            first.TryAdd(command.GenerationId, "") && first.Count <= 10 ? Neighbours.Final(command, "before") : null)))
        {
            batch = Id(await Start(host.Client, Requests(50)));
            await ApplicationHost.Until(async () => await Results(host) == 10 ? "ten" : null);
        }

        await using var later = await ApplicationHost.Start(DataRoot, n => n.AnswerBatch = command =>
        {
            second.TryAdd(command.GenerationId, "");
            return Task.FromResult<object?>(Neighbours.Final(command, "after"));
        });
        var done = await Reaches(later.Client, batch, "completed");

        var lines = await Lines(later.Client, done, "output_file_id");
        Assert.Equal(Enumerable.Range(1, 50).Select(number => $"request-{number}"), lines.Select(CustomId));
        Assert.Equal(10, lines.Count(line => line.GetRawText().Contains("before", StringComparison.Ordinal)));
        Assert.Equal(40, second.Count);
        // A line that was under way is the same generation to the worker.
        Assert.NotEmpty(first.Keys.Intersect(second.Keys));
    }

    [Fact]
    public async Task Keeps_what_was_finished_when_it_is_cancelled()
    {
        var answered = 0;
        await using var host = await ApplicationHost.Start(
            DataRoot,
            n => n.AnswerBatch = command => Task.FromResult<object?>(Interlocked.Increment(ref answered) <= 5 ? Neighbours.Final(command, "fine") : null),
            ("Aigc:Work:Heartbeat", "00:00:00.100"));
        var batch = Id(await Start(host.Client, Requests(60)));
        await ApplicationHost.Until(async () => await Results(host) == 5 ? "five" : null);

        var cancelling = await Json(await host.Client.PostAsync($"/v1/batches/{batch}/cancel", null, Ct));
        var cancelled = await Reaches(host.Client, batch, "cancelled");

        Assert.Equal("cancelling", Status(cancelling));
        Assert.True(cancelled.GetProperty("cancelling_at").GetInt64() > 0 && cancelled.GetProperty("cancelled_at").GetInt64() > 0);
        var (good, errors) = (await Lines(host.Client, cancelled, "output_file_id"), await Lines(host.Client, cancelled, "error_file_id"));
        Assert.Equal((60, 5, 55), Counts(cancelled));
        Assert.Equal(60, good.Concat(errors).Select(CustomId).Distinct().Count());
        Assert.All(errors, line => Assert.Equal("batch_cancelled", line.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(HttpStatusCode.Conflict, (await host.Client.PostAsync($"/v1/batches/{batch}/cancel", null, Ct)).StatusCode);
        await host.Job(Guid.ParseExact(batch["batch_".Length..], "N"), job => job.Status == JobStatus.Cancelled);
    }

    [Fact]
    public async Task Is_cancelled_as_the_job_it_is()
    {
        await using var host = await ApplicationHost.Start(DataRoot, n => n.AnswerBatch = _ => Task.FromResult<object?>(null), ("Aigc:Work:Heartbeat", "00:00:00.100"));
        var batch = Id(await Start(host.Client, Requests(2)));
        await Reaches(host.Client, batch, "in_progress");

        await host.Client.PostAsync($"/api/jobs/{Guid.ParseExact(batch["batch_".Length..], "N")}/cancel", null, Ct);

        Assert.Equal((2, 0, 2), Counts(await Reaches(host.Client, batch, "cancelled")));
    }

    [Fact]
    public async Task Ends_with_what_is_done_when_its_time_is_up()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        string batch;
        await using (var host = await ApplicationHost.Start(DataRoot, n =>
        {
            n.Time = new Files.MovableTime(time);
            var answered = 0;
            n.AnswerBatch = command => Task.FromResult<object?>(Interlocked.Increment(ref answered) <= 2 ? Neighbours.Final(command, "fine") : null);
        }))
        {
            batch = Id(await Start(host.Client, Requests(6)));
            await ApplicationHost.Until(async () => await Results(host) == 2 ? "two" : null);
        }

        time.Advance(TimeSpan.FromHours(24));
        await using var later = await ApplicationHost.Start(DataRoot, n => n.Time = new Files.MovableTime(time));
        var expired = await Reaches(later.Client, batch, "expired");

        Assert.Equal((6, 2, 4), Counts(expired));
        Assert.True(expired.GetProperty("expired_at").GetInt64() > 0);
        Assert.Equal(2, (await Lines(later.Client, expired, "output_file_id")).Count);
        Assert.All(await Lines(later.Client, expired, "error_file_id"), line => Assert.Equal("batch_expired", line.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public void Gives_the_same_line_the_same_identity()
    {
        var batch = Guid.NewGuid();

        Assert.Equal(BatchRequest.IdOf(batch, 7), BatchRequest.IdOf(batch, 7));
        Assert.Equal(4, new[] { BatchRequest.IdOf(batch, 7), BatchRequest.IdOf(batch, 8), BatchRequest.IdOf(Guid.NewGuid(), 7), BatchRequest.IdOf(batch, 77) }.Distinct().Count());
    }

    private static Task<long> Results(ApplicationHost host) => host.Get<IDocumentStore<LineResult>>().Count(new DocumentQuery<LineResult>(), Ct);
}
