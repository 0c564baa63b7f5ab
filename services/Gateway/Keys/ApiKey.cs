using Aigc.Storage.Documents;

namespace Aigc.Gateway.Keys;

/// <summary>What is kept of a key: never the key. The id is the SHA-256 of the secret, so a look-up needs nothing else.</summary>
internal sealed class ApiKey : IDocument
{
    /// <summary>Lower-case hexadecimal SHA-256 of the whole secret.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    /// <summary>First characters of the secret, by which a person tells keys apart.</summary>
    public required string Prefix { get; init; }

    public required string Tenant { get; init; }

    public string Name { get; set; } = "";

    /// <summary>What it opens; see <see cref="Routing.Scopes"/>.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it stops working; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Last use, to the hour: a write per request would cost more than it tells.</summary>
    public DateTimeOffset? LastUsed { get; set; }
}
