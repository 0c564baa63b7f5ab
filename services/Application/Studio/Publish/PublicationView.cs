using Aigc.Contracts;
using Aigc.Contracts.Distribution;

namespace Aigc.Application.Studio.Publish;

/// <summary>A publication as <c>/api/publications</c> tells it.</summary>
internal sealed record PublicationView(
    Guid Id, string Status, string ContentId, string? Title, string Channel, PublicationReceipt? Receipt, bool Reused, string? State, int? Deliveries,
    DateTimeOffset? TakenDownAt, string? Waiting, Problem? Error, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, string? Place, DateTimeOffset? PublishAt, DecisionView? Decision)
{
    /// <summary>Whether it is out, and can be taken back.</summary>
    public bool IsOut => State == "published";

    /// <summary>Whether somebody has to decide about it.</summary>
    public bool AwaitsApproval => Status == "awaiting-approval";

    /// <summary>Where it stands, in a line.</summary>
    public string Line => this switch
    {
        { Error: { } error } => error.Message,
        { Status: "scheduled", PublishAt: { } at } => $"Goes out {Parts.Say.When(at)}",
        { AwaitsApproval: true, PublishAt: { } at } => $"Awaits approval, goes out {Parts.Say.When(at)}",
        { Waiting: { } waiting } => waiting,
        { Receipt: { } receipt } => receipt.Location,
        _ => Parts.Say.Kind(Status),
    };
}

/// <summary>What somebody decided.</summary>
internal sealed record DecisionView(bool Approved, string By, DateTimeOffset At, string? Reason);

/// <summary>The text as it is to go out, as <c>/api/publications/{id}/preview</c> tells it.</summary>
internal sealed record PreviewView(
    string Title, string Visible, string Text, bool Shortened, string Model, DateTimeOffset GeneratedAt, string? Prompt, List<string> Marks, Dictionary<string, string> Label);
