using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Aigc.Integration.Tests.Bus;

/// <summary>A program that knows AMQP and JSON, and nothing of MassTransit.</summary>
internal static class PlainAmqpClient
{
    private const string Exchange = "aigc.generation.requests";

    /// <summary>Publishes a request and waits for its answer.</summary>
    public static async Task<JsonDocument> Ask(Uri broker, string request)
    {
        var factory = new ConnectionFactory { Uri = broker };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        // As an operator would, the client declares what it uses; the service may not be up yet.
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Fanout, durable: true);
        await channel.QueueDeclareAsync(Exchange, true, false, false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await channel.QueueBindAsync(Exchange, Exchange, "");
        var replies = (await channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true)).QueueName;
        var question = Guid.NewGuid().ToString();
        var answered = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            if (delivery.BasicProperties.CorrelationId == question)
            {
                answered.TrySetResult(delivery.Body.ToArray());
            }

            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(replies, autoAck: true, consumer);
        var properties = new BasicProperties { ContentType = "application/json", ReplyTo = replies, CorrelationId = question };
        await channel.BasicPublishAsync(Exchange, "", mandatory: true, properties, Encoding.UTF8.GetBytes(request));
        return JsonDocument.Parse(await answered.Task.WaitAsync(TimeSpan.FromSeconds(90)));
    }
}
