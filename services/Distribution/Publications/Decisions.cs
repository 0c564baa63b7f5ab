using Aigc.Contracts.Distribution;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;

namespace Aigc.Distribution.Publications;

/// <summary>What somebody decides about a publication that awaits approval.</summary>
/// <param name="Reason">Why; a rejection needs one.</param>
internal sealed record DecisionBody(string? Reason);

/// <summary>Approves and rejects. The saga takes the first decision; whoever decides the same again is told that it stands.</summary>
internal sealed class Decisions(IDocumentStore<Publication> sagas, ICommands commands, AdministrativeActs acts, TimeProvider time)
{
    private const string Scope = "publish";
    private const int LongestReason = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Decides, and answers when it is decided. The answer is <paramref name="view"/> of the publication after it.</summary>
    public async Task<IResult> Decide(HttpContext http, Publication saga, bool approved, string? reason, Func<Publication, object> view, CancellationToken ct)
    {
        if (!http.Caller().May(Scope))
            return ApiErrors.Result(StatusCodes.Status403Forbidden, "scope_missing", $"Approving and rejecting needs the scope '{Scope}'.");
        if (saga.Decision is null)
        {
            if (saga.CurrentState != nameof(PublicationStateMachine.AwaitingApproval))
                return ApiErrors.Result(StatusCodes.Status409Conflict, "not_awaiting_approval", "This publication does not await approval.");
            await commands.Send(
                new DecidePublication
                {
                    PublicationId = saga.CorrelationId,
                    DecisionId = Guid.NewGuid(),
                    Approved = approved,
                    By = http.Caller().Actor,
                    At = time.GetUtcNow(),
                    Reason = Checked(reason, approved),
                },
                ct);
            if (await Decided(saga.Id, ct) is not { } after)
                return ApiErrors.Result(StatusCodes.Status503ServiceUnavailable, "decision_pending", "The decision is under way; look at the publication again in a moment.");
            saga = after;
        }

        // Somebody may have been faster, or this be a repeat: the decision that stands is the one that counts.
        if (saga.Decision is not { } decision)
            return ApiErrors.Result(StatusCodes.Status409Conflict, "not_awaiting_approval", "This publication was cancelled.");
        if (decision.Approved != approved)
            return ApiErrors.Result(StatusCodes.Status409Conflict, "decided_already", $"It was {(decision.Approved ? "approved" : "rejected")} by {decision.By}.");
        if (decision.By == http.Caller().Actor)
            await acts.Tell(http, approved ? "publication.approved" : "publication.rejected", saga.Id, Details(saga, decision), (decision.DecisionId, decision.At));
        return Results.Ok(view(saga));
    }

    // Never the reason itself: a person's words about content may carry it.
    private static Dictionary<string, string> Details(Publication saga, DecidePublication decision) => new()
    {
        ["channel"] = saga.Request.Channel.Kind,
        ["content"] = saga.Request.Content.ContentId,
        ["decision"] = decision.DecisionId.ToString(),
    };

    private async Task<Publication?> Decided(string id, CancellationToken ct)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(ct);
        late.CancelAfter(Patience);
        try
        {
            using var timer = new PeriodicTimer(LookEvery);
            do
            {
                if (await sagas.Find(id, late.Token) is { } saga && (saga.Decision is not null || saga.CurrentState != nameof(PublicationStateMachine.AwaitingApproval)))
                    return saga;
            }
            while (await timer.WaitForNextTickAsync(late.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The saga is away; the command waits for it.
        }

        return null;
    }

    private static string? Checked(string? reason, bool approved) => reason?.Trim() switch
    {
        null or "" when !approved => throw new ProblemException("reason_missing", "A rejection needs a reason: whoever made it reads it.", "reason"),
        { Length: > LongestReason } => throw new ProblemException("invalid_value", $"A reason has at most {LongestReason} characters.", "reason"),
        "" => null,
        var text => text,
    };
}
