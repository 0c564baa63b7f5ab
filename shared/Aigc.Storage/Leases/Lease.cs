using Aigc.Storage.Documents;

namespace Aigc.Storage.Leases;

/// <summary>Who may work on something, and until when. A higher token is a later holder: whoever sees one knows that a lower one is stale.</summary>
public sealed record Lease
{
    /// <summary>The holder.</summary>
    public required string Owner { get; init; }

    /// <summary>Fencing token; grows with every acquisition and never shrinks.</summary>
    public required long Token { get; init; }

    /// <summary>When it runs out unless it is renewed.</summary>
    public required DateTimeOffset Until { get; init; }
}

/// <summary>A document one holder at a time works on.</summary>
public interface ILeased : IDocument
{
    /// <summary>The present or last lease; null when nobody ever held one.</summary>
    Lease? Lease { get; set; }
}
