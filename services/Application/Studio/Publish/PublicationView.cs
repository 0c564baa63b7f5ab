using Aigc.Contracts;
using Aigc.Contracts.Distribution;

namespace Aigc.Application.Studio.Publish;

/// <summary>A publication as <c>/api/publications</c> tells it.</summary>
internal sealed record PublicationView(
    Guid Id, string Status, string ContentId, string? Title, string Channel, PublicationReceipt? Receipt, bool Reused, string? State, int? Deliveries,
    DateTimeOffset? TakenDownAt, string? Waiting, Problem? Error, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt)
{
    /// <summary>Whether it is out, and can be taken back.</summary>
    public bool IsOut => State == "published";
}
