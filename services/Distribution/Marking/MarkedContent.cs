using System.Text;
using Aigc.Contracts.Distribution;
using Aigc.Provenance.Placing;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;

namespace Aigc.Distribution.Marking;

/// <summary>Reads a piece of content and puts its marks on. The same for what goes out and for what is shown to whoever approves it.</summary>
internal sealed class MarkedContent(Marker marker, IArtifactStore artifacts)
{
    private const int LongestBody = 8 << 20;

    /// <exception cref="ProblemException">It is too large.</exception>
    /// <exception cref="ArtifactMissingException">Its bytes are gone.</exception>
    public async Task<MarkedText> Of(ContentItem content, Guid publicationId, CancellationToken ct)
    {
        if (content.Body.Size > LongestBody)
            throw new ProblemException("content_too_large", $"The text has more than {LongestBody} bytes.", "content.body");
        await using var bytes = await artifacts.Open(content.Body.Digest, ct);
        using var reader = new StreamReader(bytes, Encoding.UTF8);
        return marker.Mark(content, await reader.ReadToEndAsync(ct), publicationId);
    }
}
