using Aigc.Contracts.Distribution;
using Aigc.ServiceDefaults;

namespace Aigc.Distribution.Channels;

/// <summary>The channels of this process by kind.</summary>
internal sealed class ChannelSet(IEnumerable<IChannel> channels)
{
    private readonly Dictionary<string, IChannel> _channels = channels.ToDictionary(channel => channel.Kind, StringComparer.Ordinal);

    /// <exception cref="ProblemException"><c>channel_unknown</c>.</exception>
    public IChannel Of(ChannelSpec spec) => _channels.GetValueOrDefault(spec.Kind)
        ?? throw new ProblemException("channel_unknown", $"There is no channel of kind '{spec.Kind}'; there are {string.Join(", ", _channels.Keys.Order(StringComparer.Ordinal))}.", "channel.kind");
}
