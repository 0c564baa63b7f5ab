using Aigc.Contracts.Annotation;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Tests.Processes;
using Aigc.Storage.Documents;
using Aigc.Testing;
using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Aigc.Integration.Tests.Bus;

public sealed class The_bus_on_rabbitmq(RabbitMqFixture broker) : IClassFixture<RabbitMqFixture>, IDisposable
{
    private const int Jobs = 40;

    private readonly string _dataRoot = Directory.CreateTempSubdirectory("aigc-bus-").FullName;

    public void Dispose() => Directory.Delete(_dataRoot, recursive: true);

    [Fact]
    public async Task Runs_every_job_once_whichever_process_takes_it()
    {
        await using var one = await BusProcess.Start(broker.Address, _dataRoot);
        await using var two = await BusProcess.Start(broker.Address, _dataRoot, "two");

        await Order(one);

        await AllSucceed(one.Runs);
        Assert.Equal(Jobs, one.Script.Runs + two.Script.Runs);
    }

    [Fact]
    public async Task Loses_no_job_when_the_broker_is_killed_in_the_middle()
    {
        await using var one = await BusProcess.Start(broker.Address, _dataRoot);
        await using var two = await BusProcess.Start(broker.Address, _dataRoot, "two");
        // The first ten run; whoever comes later waits until the broker is gone, so that it is killed in the middle and not after the end.
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        one.Script.Body = two.Script.Body = (_, ct) => Interlocked.Increment(ref begun) <= 10 ? Task.CompletedTask : killed.Task.WaitAsync(ct);
        await Order(one);
        await Until(one.Runs, done => done >= 5);

        await broker.Kill();
        killed.SetResult();
        await broker.Restart();

        await AllSucceed(one.Runs);
    }

    [Fact]
    public async Task Tells_a_broadcast_to_every_process_also_after_the_broker_was_away()
    {
        await using var one = await BusProcess.Start(broker.Address, _dataRoot);
        await using var two = await BusProcess.Start(broker.Address, _dataRoot, "two");
        await Broadcast(one, two);

        await broker.Kill();
        await broker.Restart();

        await Broadcast(one, two);
    }

    [Fact]
    public async Task Answers_a_request_on_the_queue_of_its_command()
    {
        await using var process = await BusProcess.Start(broker.Address, _dataRoot);
        var client = process.Bus.CreateRequestClient<ListModels>(Routes.ToQueue(Routes.QueueOf(typeof(ListModels))), TimeSpan.FromSeconds(30));

        var answer = await client.GetResponse<ModelList>(new ListModels { Tenant = "default" });

        Assert.Empty(answer.Message.Models);
    }

    [Fact]
    public async Task Keeps_commands_in_quorum_queues()
    {
        await using var process = await BusProcess.Start(broker.Address, _dataRoot);
        await using var connection = await new ConnectionFactory { Uri = broker.Address }.CreateConnectionAsync();

        foreach (var queue in new[] { "model-training.runs", "model-training.fit", "orchestration.registry", "work.cancellation" })
        {
            await using var channel = await connection.CreateChannelAsync();
            // Declaring again is refused unless every argument is the same.
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        }
    }

    [Fact]
    public async Task Takes_the_queue_of_a_process_away_with_the_process()
    {
        var process = await BusProcess.Start(broker.Address, _dataRoot);
        await using var connection = await new ConnectionFactory { Uri = broker.Address }.CreateConnectionAsync();
        var name = $"tmp.test-tasks.one.{ProcessIdentity.Current}";

        await process.DisposeAsync();

        await using var channel = await connection.CreateChannelAsync();
        var refused = await Assert.ThrowsAsync<OperationInterruptedException>(() => channel.QueueDeclarePassiveAsync(name));
        Assert.Equal((ushort)404, refused.ShutdownReason!.ReplyCode);
        await using var other = await connection.CreateChannelAsync();
        await Assert.ThrowsAsync<OperationInterruptedException>(() => other.ExchangeDeclarePassiveAsync(name));
    }

    private static async Task Order(BusProcess process)
    {
        for (var i = 0; i < Jobs; i++)
        {
            await process.Commands.Send(Samples.Request(Guid.NewGuid()));
        }
    }

    private static async Task Broadcast(params BusProcess[] processes)
    {
        var id = Guid.NewGuid();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        // Told until it is heard: a process that is just finding its way back to the broker has no queue yet, and a broadcast keeps nothing for it.
        while (!processes.All(process => process.Heard.Has(id)))
        {
            await processes[0].Bus.Publish(new TaskSubmitted { CampaignId = id, Open = 0 }, patience.Token);
            await Task.Delay(200, patience.Token);
        }
    }

    private static Task AllSucceed(IDocumentStore<SampleRun> runs) => Until(runs, done => done == Jobs);

    private static async Task Until(IDocumentStore<SampleRun> runs, Func<long, bool> reached)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(120));
        while (!reached(await runs.Count(new DocumentQuery<SampleRun>().Where(run => run.CurrentState, "Succeeded"), patience.Token)))
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
