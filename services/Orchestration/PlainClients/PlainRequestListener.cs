using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aigc.Orchestration.PlainClients;

/// <summary>Settings of the plain door on the bus. Section <c>Aigc:PlainClients</c>.</summary>
public sealed class PlainClientOptions
{
    /// <summary>Tenant that requests from the exchange belong to; the broker's own permissions say who may publish there.</summary>
    public string Tenant { get; set; } = "default";
}

/// <summary>
/// The bus as an interface: plain JSON on the exchange <c>aigc.generation.requests</c>, answered on <c>reply_to</c>. It speaks AMQP
/// itself, since its clients know nothing of MassTransit's envelopes.
/// </summary>
internal sealed partial class PlainRequestListener(
    IOptions<BusOptions> bus,
    IOptions<PlainClientOptions> options,
    IDocumentStore<PlainRequestDocument> requests,
    ICommands commands,
    ILogger<PlainRequestListener> logger) : BackgroundService, IPlainReplies
{
    public const string Exchange = "aigc.generation.requests";

    private const ushort Prefetch = 32;

    private readonly TaskCompletionSource<IChannel> _replies = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task Send(string replyTo, string? correlationId, byte[] body, CancellationToken ct)
    {
        var channel = await _replies.Task.WaitAsync(ct);
        var properties = new BasicProperties { ContentType = "application/json", CorrelationId = correlationId, Persistent = true };
        await channel.BasicPublishAsync("", replyTo, mandatory: false, properties, body, ct);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (bus.Value.Transport != BusTransport.RabbitMq)
        {
            return;
        }

        var factory = new ConnectionFactory { Uri = bus.Value.RabbitMq!, AutomaticRecoveryEnabled = true, TopologyRecoveryEnabled = true, ClientProvidedName = "aigc plain clients" };
        await using var connection = await Connect(factory, stoppingToken);
        await using var replies = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), stoppingToken);
        _replies.SetResult(replies);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
        await Declare(channel, stoppingToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => Handle(channel, delivery, stoppingToken);
        await channel.BasicConsumeAsync(Exchange, autoAck: false, consumer, stoppingToken);
        await Task.Delay(Timeout.Infinite, stoppingToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static async Task Declare(IChannel channel, CancellationToken ct)
    {
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Fanout, durable: true, cancellationToken: ct);
        await channel.QueueDeclareAsync(
            Exchange, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: ct);
        await channel.QueueBindAsync(Exchange, Exchange, "", cancellationToken: ct);
        await channel.BasicQosAsync(0, Prefetch, global: false, ct);
    }

    private async Task<IConnection> Connect(ConnectionFactory factory, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await factory.CreateConnectionAsync(ct);
            }
            catch (RabbitMQ.Client.Exceptions.BrokerUnreachableException unreachable)
            {
                BrokerUnreachable(logger, unreachable);
                await Task.Delay(TimeSpan.FromSeconds(2), ct);
            }
        }
    }

    private async Task Handle(IChannel channel, BasicDeliverEventArgs delivery, CancellationToken ct)
    {
        var properties = delivery.BasicProperties;
        var id = PlainRequests.IdOf(properties.MessageId, properties.ReplyTo, properties.CorrelationId, delivery.Body.Span);
        try
        {
            await Accept(PlainRequests.Read(delivery.Body.Span, id, options.Value.Tenant), properties, ct);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, ct);
        }
        catch (ProblemException refused)
        {
            // Bad input is answered and done with: redelivering it would not make it better.
            if (properties.ReplyTo is { } replyTo)
            {
                await Send(replyTo, properties.CorrelationId, PlainAnswers.Of(refused.Problem), ct);
            }

            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, ct);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            NotAccepted(logger, failure, id);
            await channel.BasicNackAsync(delivery.DeliveryTag, multiple: false, requeue: true, ct);
        }
    }

    private async Task Accept(RequestGeneration request, IReadOnlyBasicProperties properties, CancellationToken ct)
    {
        // Who waits is written before the work is ordered, or a fast answer would find nobody.
        if (properties.ReplyTo is { } replyTo)
        {
            await requests.Insert(
                new PlainRequestDocument { Id = request.GenerationId.ToString(), ReplyTo = replyTo, CorrelationId = properties.CorrelationId },
                ct);
        }

        await commands.Send(request, ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker cannot be reached; plain clients wait.")]
    private static partial void BrokerUnreachable(ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Plain request {Id} could not be accepted and goes back to its queue.")]
    private static partial void NotAccepted(ILogger logger, Exception failure, Guid id);
}
