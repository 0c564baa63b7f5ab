using System.Reflection;
using Aigc.Contracts;

namespace Aigc.ServiceDefaults.Bus;

/// <summary>Addresses of queues. Commands go to the exchange of their queue: sending to the queue itself would re-declare it with other arguments.</summary>
public static class Routes
{
    /// <summary>Prefix of queues that live as long as their process.</summary>
    internal const string TemporaryPrefix = "tmp.";

    /// <summary>Address of a queue.</summary>
    public static Uri ToQueue(string name) => new($"exchange:{name}");

    /// <summary>Queue of a command type.</summary>
    /// <exception cref="InvalidOperationException">The type is an event: it has no <see cref="QueueAttribute"/>.</exception>
    public static string QueueOf(Type command) => command.GetCustomAttribute<QueueAttribute>()?.Name
        ?? throw new InvalidOperationException($"{command.Name} has no queue; only commands are sent.");
}
