using Aigc.Storage.Documents;

namespace Aigc.Gateway.Edge;

/// <summary>What all gateway processes together have taken of somebody's requests in one minute.</summary>
internal sealed class RateWindow : IDocument
{
    /// <summary>Whose, and minutes since 1970.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    /// <summary>Requests given out to processes, used or not.</summary>
    public int Granted { get; set; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
