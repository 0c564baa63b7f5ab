using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;
using Aigc.ServiceDefaults;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Responses;

/// <summary>Stored responses of a tenant. What belongs to another is not there, and neither is what has expired.</summary>
internal sealed class ResponseStore(IDocumentStore<ResponseDocument> responses, TimeProvider time, IOptions<ApplicationOptions> options)
{
    private readonly ResponseOptions _options = options.Value.Responses;

    public DateTimeOffset Expiry => time.GetUtcNow() + _options.Retention;

    public async Task<ResponseDocument?> Find(string tenant, string id, CancellationToken ct) =>
        await responses.Find(id, ct) is { } found && found.Tenant == tenant && found.Expires > time.GetUtcNow() ? found : null;

    /// <summary>
    /// What was said before a request, oldest first: inputs and answers of the responses it goes on from. Going on from a response keeps
    /// it and those before it for another while.
    /// </summary>
    /// <exception cref="ProblemException"><c>previous_response_not_found</c>, or it has no answer to go on from.</exception>
    private async Task<IReadOnlyList<ResponseItem>> Before(string tenant, string? previous, CancellationToken ct)
    {
        var chain = new List<ResponseDocument>();
        while (previous is not null)
        {
            if (chain.Count == _options.LongestConversation)
            {
                throw RequestBody.Invalid(Param, $"A conversation has at most {_options.LongestConversation} responses; begin a new one with the items that matter.");
            }

            var found = await Find(tenant, previous, ct)
                ?? throw new ProblemException("previous_response_not_found", $"There is no response '{previous}' to go on from: it was deleted, has expired or was not stored.", Param);
            if (found.Status is not (ResponseState.Completed or ResponseState.Incomplete))
            {
                throw RequestBody.Invalid(Param, $"The response '{previous}' is {ResponseShapes.NameOf(found.Status)} and has no answer to go on from.");
            }

            chain.Add(found);
            previous = found.Wishes.PreviousId;
        }

        await Keep(chain, ct);
        chain.Reverse();
        return [.. chain.SelectMany(response => response.Input.Concat(ResponseShapes.Items(response)))];
    }

    /// <summary>Everything a model is told for a request.</summary>
    /// <exception cref="ProblemException">As <see cref="Before"/>, or an item answers none before it.</exception>
    public async Task<IReadOnlyList<ChatTurn>> Turns(string tenant, ResponseRequest request, CancellationToken ct)
    {
        var turns = ItemTable.Turns((await Before(tenant, request.Wishes.PreviousId, ct)).Concat(request.Input));
        // Instructions are of this response alone: those of the ones before are not carried over.
        return request.Wishes.Instructions is { } instructions ? [new ChatTurn { Role = "system", Content = instructions }, .. turns] : [.. turns];
    }

    /// <summary>A response and those it goes on from, oldest first, as far as they are there; empty when it is not. Reading it keeps them for another while.</summary>
    public async Task<IReadOnlyList<ResponseDocument>> Conversation(string tenant, string id, CancellationToken ct)
    {
        var chain = new List<ResponseDocument>();
        for (string? next = id; next is not null && chain.Count < _options.LongestConversation && await Find(tenant, next, ct) is { } found; next = found.Wishes.PreviousId)
        {
            chain.Add(found);
        }

        await Keep(chain, ct);
        chain.Reverse();
        return chain;
    }

    private const string Param = "previous_response_id";

    // Written at half time only: a conversation of n turns must not cost n writes a turn.
    private async Task Keep(List<ResponseDocument> chain, CancellationToken ct)
    {
        var half = time.GetUtcNow() + (_options.Retention / 2);
        foreach (var response in chain.Where(response => response.Expires < half))
        {
            await responses.TryUpdate(response.Id, stored => { stored.Expires = Expiry; return true; }, ct);
        }
    }
}
