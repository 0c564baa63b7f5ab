using System.Text;
using Aigc.Contracts.Distribution;
using Aigc.Provenance.Labels;
using Aigc.Provenance.Placing;
using Aigc.Provenance.Reading;
using Microsoft.Extensions.Options;

namespace Aigc.Distribution.Marking;

/// <summary>Puts the marks together for one piece of content, and knows the key they are checked with.</summary>
internal sealed class Marker(IOptions<ProvenanceOptions> options)
{
    private readonly ProvenanceOptions _options = options.Value;

    /// <summary>Key of our own integrity codes; null when none is configured.</summary>
    public ReadKey? Key { get; } = options.Value.IntegrityKey.Length == 0
        ? null
        : new(Encoding.UTF8.GetBytes(options.Value.IntegrityKey), [options.Value.Producer, options.Value.Propagator]);

    /// <summary>Name of whoever distributes.</summary>
    public string Propagator => _options.Propagator;

    /// <summary>The marked text. The same content and publication give the same marks.</summary>
    public MarkedText Mark(ContentItem content, string body, Guid publicationId)
    {
        var label = new AigcLabel
        {
            ContentProducer = _options.Producer,
            ProduceID = content.GenerationId.ToString(),
            ContentPropagator = _options.Propagator,
            PropagateID = publicationId.ToString(),
        };
        return new()
        {
            Title = content.Title,
            Date = content.GeneratedAt,
            Model = content.ModelName,
            ModelDigest = content.ModelDigest,
            ContentId = content.ContentId,
            Label = IntegrityCode.Seal(label, body, Key?.Secret),
            Visible = VisibleLine.Of(content.ModelName, _options.VisibleLine),
            Body = BodyText.Canonical(body),
        };
    }
}
