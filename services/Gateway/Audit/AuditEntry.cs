using Aigc.Storage.Documents;

namespace Aigc.Gateway.Audit;

/// <summary>One line of the audit log. Written once and never again.</summary>
internal sealed class AuditEntry : IDocument
{
    /// <summary><c>audit_…</c>; sorts by when it was done.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What was done, for example <c>key.revoked</c>.</summary>
    public required string Act { get; init; }

    /// <summary>On what.</summary>
    public required string Target { get; init; }

    /// <summary>Person who did it.</summary>
    public string? User { get; init; }

    /// <summary>Key it was done with.</summary>
    public string? Key { get; init; }

    /// <summary>Network address it came from.</summary>
    public string? From { get; init; }

    /// <summary>Request it was done by.</summary>
    public string? Request { get; init; }

    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}
