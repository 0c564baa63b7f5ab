using Aigc.Application.Jobs;
using Aigc.Application.Webhooks;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Responses;

/// <summary>How a response in the background ended.</summary>
internal sealed record ResponseOutcome(ResponseState State, string? Text = null, ResponseFault? Fault = null, ResponseTokens? Tokens = null);

/// <summary>
/// Ends responses in the background: when their job ends, or when somebody cancels them. Who is first decides. The pieces that were
/// told are sealed before that, so that every reader numbers the end alike.
/// </summary>
internal sealed class ResponseEnds(
    IDocumentStore<ResponseDocument> responses, ResponsePieces pieces, WebhookEvents events, TimeProvider time, IOptions<ApplicationOptions> options) : IJobEndListener
{
    public async Task Ended(JobDocument job, CancellationToken ct)
    {
        if (job.Kind == JobKinds.Generation && await responses.Find(ResponseDocument.IdOf(Guid.Parse(job.Id)), ct) is { Wishes.Background: true } response && response.Tenant == job.Tenant)
        {
            await End(response, OutcomeOf(job), ct);
        }
    }

    /// <summary>Ends it, unless it has ended.</summary>
    public async Task End(ResponseDocument response, ResponseOutcome outcome, CancellationToken ct)
    {
        if (response.Ended)
        {
            await Announce(response, ct);
            return;
        }

        var told = await pieces.Seal(response.Generation, ct);
        var ended = await responses.TryUpdate(
            response.Id,
            stored =>
            {
                if (stored.Ended)
                {
                    return false;
                }

                Apply(stored, outcome, told);
                return true;
            },
            ct);
        await pieces.Forget(response.Generation, told.Count, ct);
        if ((ended ?? await responses.Find(response.Id, ct)) is { } settled)
        {
            await Announce(settled, ct);
        }
    }

    /// <summary>Tells the webhooks; once it is told, nobody looks after the response any more.</summary>
    public async Task Announce(ResponseDocument response, CancellationToken ct)
    {
        if (response.Due is null)
        {
            return;
        }

        await events.Announce(response.Tenant, $"response.{ResponseShapes.NameOf(response.Status)}", response.Id, ct);
        await responses.TryUpdate(response.Id, stored => { stored.Due = null; return stored.Ended; }, ct);
    }

    private void Apply(ResponseDocument response, ResponseOutcome outcome, IReadOnlyList<string> told)
    {
        var said = string.Concat(told);
        response.Status = outcome.State;
        response.EndedAt = time.GetUtcNow();
        response.Text = outcome.Text ?? said;
        var rest = response.Text.StartsWith(said, StringComparison.Ordinal) ? response.Text[said.Length..] : "";
        // What was told stays as it was told, empty pieces too: events are numbered by it.
        response.Deltas = [.. (rest.Length > 0 ? told.Append(rest) : told).Select(piece => new ResponseDelta(piece))];
        response.Fault = outcome.Fault;
        response.Tokens = outcome.Tokens;
        response.Due = time.GetUtcNow() + options.Value.Responses.LookAfter;
    }

    private static ResponseOutcome OutcomeOf(JobDocument job) => job.Status switch
    {
        JobStatus.Succeeded => new(
            job.Result.GetValueOrDefault("finish") == "length" ? ResponseState.Incomplete : ResponseState.Completed,
            job.Result.GetValueOrDefault("text") ?? "",
            Tokens: new(Count(job, "promptTokens"), 0, Count(job, "tokens"))),
        JobStatus.Cancelled => new(ResponseState.Cancelled),
        _ => new(ResponseState.Failed, Fault: FaultOf(job.Error)),
    };

    /// <summary>A problem in the few codes a response's error has.</summary>
    public static ResponseFault FaultOf(Problem? problem) => new(
        problem?.Code is "context_length_exceeded" or "invalid_request" or "invalid_value" ? "invalid_prompt" : "server_error",
        problem?.Message ?? "The generation failed.");

    private static int Count(JobDocument job, string fact) =>
        int.TryParse(job.Result.GetValueOrDefault(fact), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var count) ? count : 0;
}
