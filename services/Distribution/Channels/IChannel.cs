using Aigc.Contracts.Distribution;
using Aigc.Provenance.Placing;
using Aigc.ServiceDefaults;

namespace Aigc.Distribution.Channels;

/// <summary>A way out. Delivering the same parcel again gives the same bytes in the same place.</summary>
internal interface IChannel
{
    /// <summary>The kind in a channel's specification.</summary>
    string Kind { get; }

    /// <summary>Checks a specification and gives the channel's one identity: two specifications of one place give the same.</summary>
    /// <exception cref="ProblemException">The specification cannot be used.</exception>
    string Address(ChannelSpec spec);

    /// <summary>Brings the parcel out and says where it is.</summary>
    /// <exception cref="ProblemException">Only another specification or an operator helps.</exception>
    /// <exception cref="ChannelBusyException">The channel is to be tried again later.</exception>
    /// <exception cref="OutcomeUnknownException">Nobody can say whether it arrived.</exception>
    Task<string> Deliver(Parcel parcel, CancellationToken ct);

    /// <summary>The final bytes of this parcel as they are out there now; null when they are gone.</summary>
    Task<byte[]?> ReadBack(Parcel parcel, CancellationToken ct);

    /// <summary>Removes what was delivered; nothing when it is gone.</summary>
    /// <exception cref="ProblemException"><c>take_down_impossible</c>: the channel cannot take anything back.</exception>
    Task TakeBack(Parcel parcel, CancellationToken ct);
}

/// <summary>One piece of content on its way through one channel.</summary>
/// <param name="PublicationId">Identity of the publication that brought it out first.</param>
/// <param name="Address">As <see cref="IChannel.Address"/> gave it.</param>
/// <param name="Spec">The channel.</param>
/// <param name="Text">The content with its marks.</param>
/// <param name="At">When it was first to go out; part of what is written, so that a repeat writes the same.</param>
internal sealed record Parcel(Guid PublicationId, string Address, ChannelSpec Spec, MarkedText Text, DateTimeOffset At);

/// <summary>The channel cannot take anything now.</summary>
internal sealed class ChannelBusyException(string message, TimeSpan? retryAfter) : Exception(message)
{
    /// <summary>What the channel asked for; null when it named no time.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>The request went out and no answer came back.</summary>
internal sealed class OutcomeUnknownException(string message, Exception? cause = null) : Exception(message, cause);
