using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;

namespace Aigc.Gateway.Tenants;

/// <summary>Somebody whose data, models and people nobody else sees.</summary>
internal sealed class Tenant : IDocument
{
    /// <summary>The tenant the installation began with. Its owners look after the others.</summary>
    public const string Installation = TenantContext.Installation;

    /// <summary>Short name, part of many other ids: lower-case letters, digits and dashes.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public string Name { get; set; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A closed tenant's keys and people are nobody; its data stays.</summary>
    public bool Closed { get; set; }

    /// <summary>Requests a minute of all its callers together; null for what the installation says.</summary>
    public int? RequestsPerMinute { get; set; }
}
