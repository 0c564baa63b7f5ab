using Aigc.Contracts.Inference;
using Aigc.Inference.Generations;
using Aigc.Inference.Tests.Generations;
using MassTransit;
using static Aigc.Inference.Tests.Serving.Remote.RemoteServer;

namespace Aigc.Inference.Tests.Serving.Remote;

public sealed class RemotePoolTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_requester_is_answered_with_what_the_server_wrote()
    {
        await using var server = await RemoteServer.Start((context, _) => Sse(context, Piece("Hel") + Piece("lo", 0, "stop") + "data: [DONE]\n\n"));
        await using var pool = await PoolHarness.Start(server.Settings());
        var command = RemoteBench.Command(await RemoteBench.Store(pool.Worker, "test"));
        var answer = (await Client(pool).GetResponse<TextGenerated>(command, Ct)).Message;
        Assert.Equal(("Hello", "stop", "remote:test"), (answer.Text, answer.FinishReason, answer.Usage.Device));
    }

    [Fact]
    public async Task An_abandoned_generation_ends_at_the_server_too()
    {
        var (begun, gone) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var server = await RemoteServer.Start(async (context, _) =>
        {
            await Sse(context, Piece("Hel"));
            begun.SetResult();
            await Hang(context);
            gone.SetResult();
        });
        await using var pool = await PoolHarness.Start(server.Settings());
        var command = RemoteBench.Command(await RemoteBench.Store(pool.Worker, "test"));
        var answer = Client(pool).GetResponse<TextGenerated, TextGenerationFailed>(command, Ct);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        await pool.Bus.Bus.Publish(new GenerationAbandoned { GenerationId = command.GenerationId }, Ct);
        Assert.Equal("cancelled", Assert.IsType<TextGenerationFailed>((await answer).Message, exactMatch: false).Problem.Code);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);
    }

    private static IRequestClient<GenerateText> Client(PoolHarness pool) =>
        pool.Bus.Bus.CreateRequestClient<GenerateText>(new Uri("queue:" + InferenceQueues.Text("default")));
}
