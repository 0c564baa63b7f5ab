namespace Aigc.Contracts;

/// <summary>
/// Names the one queue a command is sent to. The route is a fact of the command, so that a sender never asks who does the work.
/// Messages without it are events and are published to whoever listens.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class QueueAttribute(string name) : Attribute
{
    /// <summary>Queue name: <c>service.work</c> in kebab case, for example <c>data-supply.shards</c>.</summary>
    public string Name { get; } = name;
}
