namespace Aigc.ServiceDefaults.Bus;

/// <summary>How messages travel. Section <c>Aigc:Bus</c>.</summary>
public sealed class BusOptions
{
    /// <summary>InMemory (one process, nothing survives it) or RabbitMq.</summary>
    public BusTransport Transport { get; set; } = BusTransport.InMemory;

    /// <summary>RabbitMQ: <c>amqp://user:password@host:port/vhost</c>; required for RabbitMq.</summary>
    public Uri? RabbitMq { get; set; }

    /// <summary>How often deadlines are swept.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a saga waits for a step before issuing it again; doubles with every try up to a minute.</summary>
    public TimeSpan StepTimeout { get; set; } = TimeSpan.FromSeconds(15);
}

/// <summary>Message transports.</summary>
public enum BusTransport
{
    /// <summary>Inside this process.</summary>
    InMemory,

    /// <summary>RabbitMQ with quorum queues.</summary>
    RabbitMq,
}
