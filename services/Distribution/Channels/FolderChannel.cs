using System.Text;
using Aigc.Contracts.Distribution;
using Aigc.Provenance.Placing;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Files;

namespace Aigc.Distribution.Channels;

/// <summary>One Markdown file per piece of content, with front matter and the visible line.</summary>
internal sealed class FolderChannel(FileRoots roots) : IChannel
{
    private const int SlugLength = 48;
    private const int DigestLength = 16;

    public string Kind => "folder";

    public string Address(ChannelSpec spec) => string.IsNullOrWhiteSpace(spec.Path)
        ? throw new ProblemException("channel_incomplete", "A folder channel needs a path.", "channel.path")
        : roots.Check(spec.Path, "channel.path");

    public async Task<string> Deliver(Parcel parcel, CancellationToken ct)
    {
        var path = PathOf(parcel);
        await ChannelFiles.Write(path, Encoding.UTF8.GetBytes(MarkdownMarks.Write(parcel.Text)), ct);
        return path;
    }

    public Task<byte[]?> ReadBack(Parcel parcel, CancellationToken ct) => ChannelFiles.Read(PathOf(parcel), ct);

    public Task TakeBack(Parcel parcel, CancellationToken ct)
    {
        ChannelFiles.Delete(PathOf(parcel));
        return Task.CompletedTask;
    }

    /// <summary>Title for people, digest for identity: the name is made here from letters and digits alone, so it cannot lead anywhere.</summary>
    public static string FileName(string title, string contentId)
    {
        var slug = new StringBuilder();
        foreach (var c in title.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
                slug.Append(c);
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
            if (slug.Length >= SlugLength)
                break;
        }

        var name = slug.ToString().Trim('-');
        return $"{(name.Length == 0 ? "content" : name)}-{contentId[..DigestLength]}.md";
    }

    // Resolved again right before use: the folder may have become a link since the address was checked.
    private string PathOf(Parcel parcel) => Path.Combine(roots.Check(parcel.Address, "channel.path"), FileName(parcel.Text.Title, parcel.Text.ContentId));
}
