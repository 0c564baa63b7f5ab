using MassTransit;

namespace Aigc.ServiceDefaults.Bus;

/// <summary>Sends commands to the one queue that does them.</summary>
public interface ICommands
{
    /// <summary>Sends a command to the queue of its type.</summary>
    Task Send<TCommand>(TCommand command, CancellationToken ct = default)
        where TCommand : class;

    /// <summary>Sends a command to a queue named by the caller, for example an inference pool's.</summary>
    Task Send<TCommand>(string queue, TCommand command, CancellationToken ct = default)
        where TCommand : class;
}

internal sealed class BusCommands(IBus bus) : ICommands
{
    public Task Send<TCommand>(TCommand command, CancellationToken ct = default)
        where TCommand : class => Send(Routes.QueueOf(command.GetType()), command, ct);

    public async Task Send<TCommand>(string queue, TCommand command, CancellationToken ct = default)
        where TCommand : class
    {
        var endpoint = await bus.GetSendEndpoint(Routes.ToQueue(queue));
        // By runtime type: a caller that holds commands as objects must not send an "object".
        await endpoint.Send(command, command.GetType(), ct);
    }
}
