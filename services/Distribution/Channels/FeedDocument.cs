using System.Security.Cryptography;
using System.ServiceModel.Syndication;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Aigc.Provenance.Labels;
using Aigc.Provenance.Placing;
using Aigc.ServiceDefaults;

namespace Aigc.Distribution.Channels;

/// <summary>The feed's file as a document: entries by content id, newest first. Entries it did not write stay as they are.</summary>
internal sealed class FeedDocument
{
    private const int SummaryLength = 280;

    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";
    private static readonly XmlReaderSettings ReaderSettings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    private readonly SyndicationFeed _feed;
    private readonly int _most;
    private readonly List<SyndicationItem> _entries;

    private FeedDocument(SyndicationFeed feed, int most)
    {
        (_feed, _most) = (feed, most);
        _entries = [.. feed.Items];
    }

    /// <summary>Reads the file, or begins a feed where there is none.</summary>
    /// <exception cref="ProblemException"><c>channel_not_writable</c>: the file is something else, and is left alone.</exception>
    public static FeedDocument Load(byte[]? file, string path, string? title, string author, int most)
    {
        if (file is null || file.Length == 0)
        {
            var feed = new SyndicationFeed { Id = Urn("feed", path), Title = new(BodyText.OneLine(title ?? Path.GetFileNameWithoutExtension(path))), Generator = "Aigc" };
            feed.Authors.Add(new() { Name = author });
            return new(feed, most);
        }

        try
        {
            using var reader = XmlReader.Create(new MemoryStream(file), ReaderSettings);
            var formatter = new Atom10FeedFormatter();
            formatter.ReadFrom(reader);
            return new(formatter.Feed, most);
        }
        catch (XmlException e)
        {
            throw new ProblemException("channel_not_writable", $"'{path}' is there and is not an Atom feed; choose another path or move it away.", "channel.path", e);
        }
    }

    /// <summary>Identity of the entry of a piece of content, in any feed and for good.</summary>
    public static string EntryId(string contentId) => Urn("entry", contentId);

    /// <summary>The entry of a piece of content as it stands in a feed file: its XML without regard to the file's indentation; null when it is not there.</summary>
    public static byte[]? EntryBytes(byte[] file, string contentId)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(file), ReaderSettings);
            var id = EntryId(contentId);
            var entry = XDocument.Load(reader).Root?.Elements(Atom + "entry").FirstOrDefault(entry => (string?)entry.Element(Atom + "id") == id);
            return entry is null ? null : Encoding.UTF8.GetBytes(entry.ToString(SaveOptions.DisableFormatting));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>Adds the entry or replaces it. The entry itself always stays; of the others the newest, up to the cap.</summary>
    public bool Put(MarkedText text, DateTimeOffset at)
    {
        Remove(text.ContentId);
        var entry = Entry(text, at);
        // Atom times have seconds here: within one, the file's own order counts (the sort is stable), and the new entry goes first.
        List<SyndicationItem> kept = [entry, .. _entries.OrderByDescending(other => other.LastUpdatedTime).Take(Math.Max(0, _most - 1))];
        kept = [.. kept.OrderByDescending(other => other.LastUpdatedTime)];
        _entries.Clear();
        _entries.AddRange(kept);
        return true;
    }

    /// <summary>Removes the entry; false when it is not there.</summary>
    public bool Remove(string contentId) => _entries.RemoveAll(entry => entry.Id == EntryId(contentId)) > 0;

    /// <summary>The file.</summary>
    public byte[] Write()
    {
        _feed.Items = _entries;
        // The newest entry's time, not the clock's: the same entries give the same file.
        _feed.LastUpdatedTime = _entries.Count == 0 ? _feed.LastUpdatedTime : _entries.Max(entry => entry.LastUpdatedTime);
        using var buffer = new MemoryStream();
        using (var writer = XmlWriter.Create(buffer, new() { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", NewLineHandling = NewLineHandling.None }))
            new Atom10FeedFormatter(_feed).WriteTo(writer);
        return buffer.ToArray();
    }

    private static SyndicationItem Entry(MarkedText text, DateTimeOffset at)
    {
        var title = BodyText.OneLine(text.Title);
        var entry = new SyndicationItem
        {
            Id = EntryId(text.ContentId),
            Title = new(title.Length == 0 ? "Untitled" : title),
            PublishDate = text.Date.ToUniversalTime(),
            LastUpdatedTime = DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds()),
            Summary = new($"{text.Visible} — {Shorten(BodyText.OneLine(text.Body))}"),
            Content = new TextSyndicationContent(AtomMarks.Content(text), TextSyndicationContentKind.Html),
        };
        entry.ElementExtensions.Add(AtomMarks.Element(text.Label).CreateReader());
        return entry;
    }

    private static string Shorten(string text)
    {
        if (text.Length <= SummaryLength)
            return text;
        var end = char.IsHighSurrogate(text[SummaryLength - 1]) ? SummaryLength - 1 : SummaryLength;
        return text[..end] + "…";
    }

    // A name-based UUID in the free form (version 8, RFC 9562) over SHA-256.
    private static string Urn(string kind, string name)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{name}"))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return $"urn:uuid:{new Guid(bytes, bigEndian: true)}";
    }
}
