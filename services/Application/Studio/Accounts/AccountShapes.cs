using System.Text.Json.Serialization;

namespace Aigc.Application.Studio.Accounts;

/// <summary>Page of a list of the gateway's.</summary>
internal sealed record GatewayPage<T>(List<T> Data, [property: JsonPropertyName("last_id")] string? LastId, [property: JsonPropertyName("has_more")] bool HasMore);

/// <summary>A person, as <c>/api/users</c> tells of them.</summary>
internal sealed record PersonRow(
    string Id, string Email, string Name, string Role, string Status, string? Invitation, DateTimeOffset? InvitationEndsAt, DateTimeOffset CreatedAt, DateTimeOffset? LastSignInAt);

/// <summary>A key, as <c>/api/keys</c> tells of it.</summary>
internal sealed record KeyRow(
    string Id, string Name, string Prefix, string? Secret, List<string> Scopes, string? User, string Status, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>A tenant, as <c>/api/tenants</c> tells of it.</summary>
internal sealed record TenantRow(string Id, string Name, bool Closed, int? RequestsPerMinute, DateTimeOffset CreatedAt, KeyRow? Key);

/// <summary>A line of the audit log, as <c>/api/audit</c> tells it.</summary>
internal sealed record AuditRow(
    string Id, DateTimeOffset At, string Act, string Target, string? User, string? Key, string? From, string? Request, Dictionary<string, string> Details)
{
    /// <summary>Who did it.</summary>
    public string Who => User ?? Key ?? "nobody";
}

/// <summary>The names the gateway gives what an account may be and do; those that open most come first.</summary>
internal static class AccountNames
{
    /// <summary>Roles of people.</summary>
    public static readonly string[] Roles = ["owner", "operator", "annotator", "viewer"];

    /// <summary>Scopes of keys, each with what it opens.</summary>
    public static readonly (string Name, string Opens)[] Scopes =
    [
        ("generate", "ask models"), ("data", "sources and datasets"), ("annotate", "label"), ("train", "train models, run chains"), ("publish", "publish and approve"),
        ("look", "Studio, jobs, usage"), ("admin", "people, keys, prices"),
    ];
}
