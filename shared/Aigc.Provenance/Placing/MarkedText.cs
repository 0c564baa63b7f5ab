using Aigc.Provenance.Labels;

namespace Aigc.Provenance.Placing;

/// <summary>A generated text with everything that must go out with it.</summary>
public sealed record MarkedText
{
    /// <summary>Title; any text, carriers escape it.</summary>
    public required string Title { get; init; }

    /// <summary>When the content was generated.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Digest of the model.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>Identity of the content.</summary>
    public required string ContentId { get; init; }

    /// <summary>The metadata label, sealed over the body.</summary>
    public required AigcLabel Label { get; init; }

    /// <summary>The line a person sees.</summary>
    public required string Visible { get; init; }

    /// <summary>The text itself, in the form of <see cref="BodyText.Canonical"/>.</summary>
    public required string Body { get; init; }
}
