using System.Text;
using Aigc.Contracts.Distribution;
using Aigc.Distribution.Marking;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Files;
using Aigc.Storage.Leases;
using Microsoft.Extensions.Options;

namespace Aigc.Distribution.Channels;

/// <summary>
/// One Atom 1.0 file, an entry per piece of content. Every change reads the file, changes one entry and replaces the file, under a lock that holds
/// across processes: publications of several entries at once lose none.
/// </summary>
internal sealed class FeedChannel(FileRoots roots, Locks locks, Marker marker, IOptions<DistributionOptions> options) : IChannel
{
    private const int Retries = 5;

    public string Kind => "feed";

    public string Address(ChannelSpec spec) => string.IsNullOrWhiteSpace(spec.Path) || spec.Path.EndsWith(Path.DirectorySeparatorChar)
        ? throw new ProblemException("channel_incomplete", "A feed channel needs the path of its file.", "channel.path")
        : roots.Check(spec.Path, "channel.path");

    public async Task<string> Deliver(Parcel parcel, CancellationToken ct)
    {
        await Change(parcel, feed => feed.Put(parcel.Text, parcel.At), ct);
        return FeedDocument.EntryId(parcel.Text.ContentId);
    }

    public async Task<byte[]?> ReadBack(Parcel parcel, CancellationToken ct) =>
        await ChannelFiles.Read(PathOf(parcel), ct) is { } bytes ? FeedDocument.EntryBytes(bytes, parcel.Text.ContentId) : null;

    public Task TakeBack(Parcel parcel, CancellationToken ct) => Change(parcel, feed => feed.Remove(parcel.Text.ContentId), ct);

    private async Task Change(Parcel parcel, Func<FeedDocument, bool> change, CancellationToken ct)
    {
        var path = PathOf(parcel);
        await locks.Hold(
            $"feed/{path}",
            async () =>
            {
                for (var i = 0; ; i++)
                {
                    var before = await ChannelFiles.Read(path, ct);
                    var feed = FeedDocument.Load(before, path, parcel.Spec.Title, marker.Propagator, options.Value.FeedEntries);
                    if (!change(feed))
                        return true;
                    var after = feed.Write();
                    // The lock is a lease; a holder that was stopped for longer than it lasts finds the file changed here and starts over.
                    var now = await ChannelFiles.Read(path, ct);
                    if (!Same(before, now) && i < Retries)
                        continue;
                    await ChannelFiles.Write(path, after, ct);
                    return true;
                }
            },
            ct);
    }

    private static bool Same(byte[]? a, byte[]? b) => a is null ? b is null : b is not null && a.AsSpan().SequenceEqual(b);

    private string PathOf(Parcel parcel) => roots.Check(parcel.Address, "channel.path");
}
