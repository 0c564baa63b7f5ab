using System.Collections.Concurrent;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using static Aigc.Inference.Tests.Serving.Remote.RemoteServer;

namespace Aigc.Inference.Tests.Serving.Remote;

public sealed class RemoteModelTests
{
    private const string Whole = """
        data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}

        data: {"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}

        data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}

        data: [DONE]


        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_becomes_an_answer_with_the_servers_counts()
    {
        await using var bench = await RemoteBench.Start((context, _) => Sse(context, Whole));
        var result = await bench.Ask();
        Assert.Equal(("Hello", "stop", 5, 2), (result.Text, result.FinishReason, result.PromptTokens, result.CompletionTokens));
    }

    [Fact]
    public async Task A_connection_serves_the_next_answer_too()
    {
        var connections = new ConcurrentQueue<string>();
        await using var bench = await RemoteBench.Start(async (context, _) =>
        {
            connections.Enqueue(context.Connection.Id);
            await Sse(context, Whole);
            await Task.Delay(20, CancellationToken.None); // the response ends after its last event
        });
        for (var i = 0; i < 5; i++)
            await bench.Ask();
        Assert.Equal(5, connections.Count);
        Assert.Single(connections.Distinct());
    }

    [Fact]
    public async Task A_server_that_does_not_end_its_response_delays_nobody_for_long()
    {
        await using var bench = await RemoteBench.Start(async (context, _) =>
        {
            await Sse(context, Whole);
            await Hang(context);
        });
        Assert.Equal("Hello", (await bench.Ask().WaitAsync(TimeSpan.FromSeconds(20), Ct)).Text);
    }

    [Fact]
    public async Task Several_answers_stream_side_by_side()
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = await RemoteBench.Start(async (context, _) =>
        {
            await Sse(context, Piece("se", index: 1));
            await seen.Task.WaitAsync(context.RequestAborted);
            await Sse(context, Piece("first", index: 0) + Piece("cond", index: 1, "length") + Piece("", index: 0, "stop") + "data: [DONE]\n\n");
        });
        var runs = bench.Runs(new() { Answers = 2 });
        await runs[1].FirstText.WaitAsync(Ct);
        Assert.Equal(("", "se"), (runs[0].Answer.TakeNew(), runs[1].Answer.TakeNew()));
        Assert.False(runs[0].FirstText.IsCompleted);
        seen.SetResult();
        var results = await Task.WhenAll(runs.Select(run => run.Completion)).WaitAsync(Ct);
        Assert.Equal([("first", "stop", 1), ("second", "length", 2)], results.Select(result => (result.Text, result.FinishReason, result.CompletionTokens)));
        Assert.Equal(2, (int)Assert.Single(bench.Server.Bodies)["n"]!);
    }

    [Fact]
    public async Task A_cancelled_answer_closes_its_connection()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = await RemoteBench.Start(async (context, _) =>
        {
            await Sse(context, Piece("Hel"));
            await Hang(context);
            gone.SetResult();
        });
        var run = Assert.Single(bench.Runs());
        await run.FirstText.WaitAsync(Ct);
        run.Cancel();
        Assert.Equal("cancelled", (await Refused(run.Completion)).Problem.Code);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);
    }

    [Fact]
    public async Task One_cancelled_answer_of_several_leaves_the_others()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = await RemoteBench.Start(async (context, _) =>
        {
            await Sse(context, Piece("a") + Piece("b", index: 1));
            await cancelled.Task.WaitAsync(context.RequestAborted);
            await Sse(context, Piece("a", 0, "stop") + Piece("b", 1, "stop") + "data: [DONE]\n\n");
        });
        var runs = bench.Runs(new() { Answers = 2 });
        await runs[1].FirstText.WaitAsync(Ct);
        runs[0].Cancel();
        cancelled.SetResult();
        Assert.Equal("cancelled", (await Refused(runs[0].Completion)).Problem.Code);
        Assert.Equal("bb", (await runs[1].Completion.WaitAsync(Ct)).Text);
    }

    [Fact]
    public async Task A_full_line_is_an_overloaded_engine()
    {
        var (arrived, release) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var bench = await RemoteBench.Start(
            async (context, _) =>
            {
                arrived.TrySetResult();
                await release.Task.WaitAsync(context.RequestAborted);
                await Sse(context, Whole);
            },
            ("MaxConcurrent", "1"), ("WaitingLine", "1"));
        var (first, waiting) = (bench.Ask(), Assert.Single(bench.Runs()));
        await arrived.Task.WaitAsync(Ct);
        var problem = (await Refused(bench.Ask())).Problem;
        Assert.Equal(("engine_overloaded", true), (problem.Code, problem.Transient));
        // Who leaves the line makes room in it, and its request never reaches the server.
        waiting.Cancel();
        Assert.Equal("cancelled", (await Refused(waiting.Completion)).Problem.Code);
        var next = await Until(bench);
        Assert.Single(bench.Server.Bodies);
        release.SetResult();
        Assert.Equal(["Hello", "Hello"], (await Task.WhenAll(first, next).WaitAsync(Ct)).Select(result => result.Text));
        Assert.Equal(2, bench.Server.Bodies.Count);
    }

    [Fact]
    public async Task A_field_the_server_does_not_take_is_refused_by_its_name()
    {
        await using var bench = await RemoteBench.Start((context, _) => Sse(context, Whole));
        var problem = Assert.Throws<GenerationFailedException>(() => bench.Runs(new() { TopK = 5 })).Problem;
        Assert.Equal(("invalid_request", "top_k"), (problem.Code, problem.Param));
        Assert.Empty(bench.Server.Bodies);
    }

    [Fact]
    public async Task A_field_among_the_extensions_is_sent()
    {
        await using var bench = await RemoteBench.Start((context, _) => Sse(context, Whole), ("Extensions:0", "top_k"));
        await bench.Ask(new() { TopK = 5 });
        Assert.Equal(5, (int)Assert.Single(bench.Server.Bodies)["top_k"]!);
    }

    [Fact]
    public async Task An_engine_nobody_configured_is_named_with_its_key()
    {
        await using var worker = new TestWorker();
        var model = await RemoteBench.Store(worker, "nowhere");
        var problem = (await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(model, Ct))).Problem;
        Assert.Equal(("model_not_loadable", "remote.json"), (problem.Code, problem.Param));
        Assert.Contains("Aigc:Inference:Remotes:nowhere", problem.Message, StringComparison.Ordinal);
    }

    private static Task<GenerationFailedException> Refused(Task<GenerationResult> answer) =>
        Assert.ThrowsAsync<GenerationFailedException>(() => answer.WaitAsync(TimeSpan.FromSeconds(20), Ct));

    // The place in the line is free as soon as the cancelled one has left it, which is a moment later.
    private static async Task<Task<GenerationResult>> Until(RemoteBench bench)
    {
        for (; ; await Task.Delay(5, Ct))
        {
            var answer = bench.Ask();
            if (!answer.IsFaulted)
                return answer;
        }
    }
}
