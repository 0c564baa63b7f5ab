using Aigc.Contracts.Distribution;
using Aigc.ServiceDefaults.Sagas;

namespace Aigc.Distribution.Publications;

/// <summary>One order to bring one piece of content out through one channel.</summary>
internal sealed class Publication : ProcessSaga
{
    public PublishContent Request { get; set; } = null!;

    /// <summary>What somebody decided, where it had to be decided.</summary>
    public DecidePublication? Decision { get; set; }

    /// <summary>When it was first to go out; the time for a channel that is away counts from here, and not from when somebody was asked.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>Tries the channel has put off.</summary>
    public int Try { get; set; }

    /// <summary>Last word of the channel while the publication waits for it.</summary>
    public string? Waiting { get; set; }

    public PublicationReceipt? Receipt { get; set; }

    public bool Reused { get; set; }
}
