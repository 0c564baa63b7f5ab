namespace Aigc.Contracts.Operations;

/// <summary>
/// Event: a message could not be handled, after every try its queue gives it. Carries the message itself, so that it can be sent to its queue again when the
/// cause is gone. The broker's own error queue has it as well.
/// </summary>
public sealed record MessageFaulted
{
    /// <summary>The message in its queue: the same when it fails again.</summary>
    public required Guid FaultId { get; init; }

    /// <summary>Queue it failed in.</summary>
    public required string Queue { get; init; }

    /// <summary>Media type of <see cref="Body"/>.</summary>
    public required string ContentType { get; init; }

    /// <summary>The message as it was on the wire.</summary>
    public required string Body { get; init; }

    /// <summary>What was thrown: the kind and the words.</summary>
    public required string Error { get; init; }

    /// <summary>When it was given up.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Its id on the bus, where it has one.</summary>
    public Guid? MessageId { get; init; }
}
