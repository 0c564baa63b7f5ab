using Aigc.Storage.Documents;

namespace Aigc.Gateway.Keys;

/// <summary>What is kept of a key: never its secret. One document a key, so that replacing a secret and revoking a key cannot cross.</summary>
internal sealed class ApiKey : IDocument
{
    private int _useNoted;

    /// <summary><c>key_…</c>; sorts by when the key was made, and stays when its secret is replaced.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    /// <summary>Lower-case hexadecimal SHA-256 of the whole secret: a look-up needs nothing else.</summary>
    public string Hash { get; set; } = "";

    /// <summary>The same of the secret before it, while it still works.</summary>
    public string? OldHash { get; set; }

    /// <summary>When the secret before it stops working.</summary>
    public DateTimeOffset? OldEnds { get; set; }

    /// <summary>First characters of the secret, by which a person tells keys apart.</summary>
    public required string Prefix { get; set; }

    public required string Tenant { get; init; }

    /// <summary>The person it belongs to: it opens no more than that person may, and ends with them. Null for a key of the tenant.</summary>
    public string? User { get; init; }

    public string Name { get; set; } = "";

    /// <summary>What it opens; see <see cref="Routing.Scopes"/>.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];

    /// <summary>Requests a minute; null for what the installation says.</summary>
    public int? RequestsPerMinute { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it stops working; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When it was revoked; null while it was not.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Last use, to the minute: a write per request would cost more than it tells.</summary>
    public DateTimeOffset? LastUsed { get; set; }

    public bool WorksAt(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);

    /// <summary>True for the first of those who hold this copy: it notes the use.</summary>
    public bool ClaimUse() => Interlocked.Exchange(ref _useNoted, 1) == 0;
}
