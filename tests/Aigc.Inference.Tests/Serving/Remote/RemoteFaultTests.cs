using System.Collections.Concurrent;
using System.Diagnostics;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Microsoft.Extensions.Logging;
using static Aigc.Inference.Tests.Serving.Remote.RemoteServer;

namespace Aigc.Inference.Tests.Serving.Remote;

public sealed class RemoteFaultTests
{
    private static readonly string Whole = Piece("Hel") + Piece("lo", 0, "stop") + "data: [DONE]\n\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fault_before_the_first_byte_is_tried_again()
    {
        await using var bench = await RemoteBench.Start((context, attempt) => attempt == 1 ? Status(context, 500) : Sse(context, Whole));
        Assert.Equal("Hello", (await bench.Ask()).Text);
    }

    [Theory]
    [InlineData("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n", "ended its stream")]
    [InlineData("data: {broken\n\n", "not JSON")]
    public async Task Half_an_answer_is_a_transient_failure(string body, string reason)
    {
        await using var bench = await RemoteBench.Start((context, _) => Sse(context, body));
        await Fails(bench.Ask(), "engine_fault", reason);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_in_time()
    {
        await using var bench = await RemoteBench.Start((context, _) => Hang(context), ("FirstTokenTimeout", "00:00:00.2"));
        await Fails(bench.Ask(), "engine_fault", "test gave no token in time");
        Assert.Single(bench.Server.Bodies);
    }

    [Fact]
    public async Task Comments_do_not_keep_a_server_without_a_token_alive()
    {
        await using var bench = await RemoteBench.Start(
            async (context, _) =>
            {
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await Sse(context, ": alive\n\n");
                    await Task.Delay(20, CancellationToken.None);
                }
            },
            ("FirstTokenTimeout", "00:00:00.2"));
        await Fails(bench.Ask(), "engine_fault", "gave no token in time");
    }

    [Fact]
    public async Task A_server_that_falls_silent_in_an_answer_is_given_up_in_time()
    {
        await using var bench = await RemoteBench.Start(
            async (context, _) =>
            {
                await Sse(context, Piece("Hel"));
                await Hang(context);
            },
            ("IdleTimeout", "00:00:00.2"));
        await Fails(bench.Ask(), "engine_fault", "stopped in the middle of an answer");
        Assert.Single(bench.Server.Bodies);
    }

    [Fact]
    public async Task A_server_with_too_much_to_do_is_asked_again_when_it_said()
    {
        var times = new List<long>();
        await using var bench = await RemoteBench.Start((context, attempt) =>
        {
            times.Add(Stopwatch.GetTimestamp());
            if (attempt > 1)
                return Sse(context, Whole);
            context.Response.Headers.RetryAfter = "1";
            return Status(context, 429);
        });
        Assert.Equal("Hello", (await bench.Ask().WaitAsync(TimeSpan.FromSeconds(20), Ct)).Text);
        Assert.Equal(2, times.Count);
        Assert.True(Stopwatch.GetElapsedTime(times[0], times[1]) > TimeSpan.FromSeconds(0.9), "It did not wait as long as it was told.");
    }

    [Fact]
    public async Task A_server_that_asks_for_more_time_than_there_is_is_not_waited_for()
    {
        await using var bench = await RemoteBench.Start((context, _) =>
        {
            context.Response.Headers.RetryAfter = "3600";
            return Status(context, 429);
        });
        await Fails(bench.Ask(), "engine_overloaded", "too much to do");
        // Nor does anybody else ask it meanwhile.
        await Fails(bench.Ask(), "engine_overloaded", "too much to do");
        Assert.Single(bench.Server.Bodies);
    }

    [Fact]
    public async Task A_server_with_too_much_to_do_is_left_alone_by_every_request()
    {
        var times = new ConcurrentQueue<long>();
        await using var bench = await RemoteBench.Start((context, attempt) =>
        {
            times.Enqueue(Stopwatch.GetTimestamp());
            if (attempt > 1)
                return Sse(context, Whole);
            context.Response.Headers.RetryAfter = "1";
            return Status(context, 503);
        });
        var first = bench.Ask();
        Assert.Equal(LogLevel.Information, (await bench.Lines.Await("held back for 1.0 s", Ct)).Level);
        var others = Enumerable.Range(0, 3).Select(_ => bench.Ask()).ToArray();
        Assert.All(await Task.WhenAll([first, .. others]).WaitAsync(TimeSpan.FromSeconds(20), Ct), answer => Assert.Equal("Hello", answer.Text));
        Assert.Equal(5, times.Count);
        Assert.All(times.Skip(1), time => Assert.True(Stopwatch.GetElapsedTime(times.First(), time) > TimeSpan.FromSeconds(0.9), "It was asked sooner than it said."));
    }

    [Fact]
    public async Task What_goes_wrong_with_a_server_is_logged()
    {
        await using var bench = await RemoteBench.Start((context, attempt) => attempt == 1 ? Status(context, 500) : Sse(context, Piece("Hel")));
        await Fails(bench.Ask(), "engine_fault", "ended its stream");
        var (repeated, broken) = (await bench.Lines.Await("attempt 1 failed", Ct), await bench.Lines.Await("ended its stream", Ct));
        Assert.Equal((LogLevel.Debug, LogLevel.Warning), (repeated.Level, broken.Level));
    }

    [Fact]
    public async Task A_servers_health_is_logged_when_it_changes()
    {
        var healthy = true;
        await using var bench = await RemoteBench.Start((_, _) => Task.CompletedTask, context => Status(context, Volatile.Read(ref healthy) ? 200 : 500), ("ProbeInterval", "00:00:00.02"));
        Assert.Equal(LogLevel.Information, (await bench.Lines.Await("test is healthy", Ct)).Level);
        Volatile.Write(ref healthy, false);
        Assert.Equal(LogLevel.Warning, (await bench.Lines.Await("test is unhealthy", Ct)).Level);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_a_stream_fails_every_answer_of_it()
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = await RemoteBench.Start(async (context, _) =>
        {
            await Sse(context, Piece("whole", 0, "stop") + Piece("ha", index: 1));
            await seen.Task.WaitAsync(context.RequestAborted);
            context.Abort();
        });
        var runs = bench.Runs(new() { Answers = 2 });
        await runs[1].FirstText.WaitAsync(Ct);
        seen.SetResult();
        foreach (var run in runs)
            await Fails(run.Completion, "engine_fault", "the connection before the answer was finished");
    }

    [Fact]
    public async Task A_connection_that_breaks_after_a_token_is_not_asked_again()
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = await RemoteBench.Start(async (context, _) =>
        {
            await Sse(context, Piece("Hel"));
            await seen.Task.WaitAsync(context.RequestAborted);
            context.Abort();
        });
        var run = Assert.Single(bench.Runs());
        await run.FirstText.WaitAsync(Ct);
        Assert.Equal("Hel", run.Answer.TakeNew());
        seen.SetResult();
        await Fails(run.Completion, "engine_fault", "closed the connection");
        Assert.Single(bench.Server.Bodies);
    }

    private static async Task Fails(Task<GenerationResult> answer, string code, string reason)
    {
        var problem = (await Assert.ThrowsAsync<GenerationFailedException>(() => answer.WaitAsync(TimeSpan.FromSeconds(20), Ct))).Problem;
        Assert.Equal((code, true), (problem.Code, problem.Transient));
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }
}
