using Aigc.Storage.Documents;
using Aigc.Storage.Leases;

namespace Aigc.Gateway.Repeats;

/// <summary>A request with an <c>Idempotency-Key</c>: leased while it is under way, and its answer once there is one.</summary>
internal sealed class KeptAnswer : ILeased
{
    /// <summary>Digest of tenant, caller and key: the same key of somebody else is another.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public Lease? Lease { get; set; }

    /// <summary>Digest of method, address and body.</summary>
    public string? Fingerprint { get; set; }

    /// <summary>Status of the answer; null while there is none.</summary>
    public int? Status { get; set; }

    /// <summary>Headers that belong to the answer rather than to its transport.</summary>
    public Dictionary<string, string> Headers { get; set; } = [];

    /// <summary>The body in base64; null when it was too large, or secret.</summary>
    public string? Body { get; set; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
