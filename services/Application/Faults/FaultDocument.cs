using Aigc.Storage.Documents;

namespace Aigc.Application.Faults;

/// <summary>A message that was given up, until somebody has sent it again or thrown it away.</summary>
internal sealed class FaultDocument : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Queue { get; init; }

    public required string ContentType { get; init; }

    public required string Body { get; init; }

    public Guid? MessageId { get; init; }

    public string Error { get; set; } = "";

    public DateTimeOffset At { get; set; }

    /// <summary>How often it was given up.</summary>
    public int Times { get; set; }
}
