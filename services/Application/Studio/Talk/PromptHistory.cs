using System.Globalization;
using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Application.Responses;
using Aigc.ServiceDefaults;
using Aigc.Storage.Documents;

namespace Aigc.Application.Studio.Talk;

/// <summary>
/// What a person asked here before: stored responses as <c>/v1/responses</c> has them, under the same retention, found again by who asked.
/// </summary>
internal sealed class PromptHistory(IDocumentStore<ResponseDocument> responses, ResponseStore store, StudioSession session, TimeProvider time)
{
    // Keys of the response's metadata: what the API's shape has no field for.
    private const string Kind = "studio_kind", FirstSeconds = "first_seconds", Cost = "cost_billionths", Currency = "currency";

    /// <summary>Who asks; null where the door names neither a user nor a key, for whom nothing is kept.</summary>
    public string? Person => session.Caller switch
    {
        { User: { } user } => $"{session.Tenant}/user/{user}",
        { Key: { } key } => $"{session.Tenant}/key/{key}",
        _ => null,
    };

    /// <summary>Stores a question with its answer. Returns its address, or null where nothing is kept.</summary>
    public async Task<string?> Keep(Turn answer, TextRequest request, DateTimeOffset asked, CancellationToken ct)
    {
        if (Person is not { } person || answer.Figures is not { } figures)
        {
            return null;
        }

        var response = new ResponseDocument
        {
            Id = ResponseDocument.IdOf(Guid.NewGuid()),
            Tenant = session.Tenant,
            By = person,
            CreatedAt = asked,
            EndedAt = time.GetUtcNow(),
            Expires = store.Expiry,
            Status = figures.Ended switch { "stopped" => ResponseState.Cancelled, "length" => ResponseState.Incomplete, _ => ResponseState.Completed },
            Wishes = new ResponseWishes
            {
                Model = request.Model,
                PreviousId = answer.PreviousId,
                MaxOutputTokens = request.Sampling.MaxTokens,
                Temperature = request.Sampling.Temperature,
                TopP = request.Sampling.TopP,
                Metadata = JsonSerializer.Serialize(Facts(figures, request.Prompt is null)),
            },
            Input = [MessageItems.Of(request.Prompt ?? request.Messages[^1].Content)],
            MessageId = MessageItems.NewId(),
            Text = answer.Text,
            Deltas = [new ResponseDelta(answer.Text)],
            Tokens = figures is { Prompt: { } input, Completion: { } output } ? new ResponseTokens(input, 0, output) : null,
        };
        await responses.Insert(response, ct);
        return response.Id;
    }

    /// <summary>A conversation as it stood after one of its answers, and whether it was a chat.</summary>
    /// <exception cref="ProblemException"><c>response_not_found</c>: it is not this person's, was deleted or has expired.</exception>
    public async Task<(IReadOnlyList<Turn> Turns, bool Chat)> Open(string id, CancellationToken ct)
    {
        var chain = await store.Conversation(session.Tenant, id, ct);
        if (chain.Count == 0 || Person is null || chain[^1].By != Person)
        {
            throw new ProblemException("response_not_found", "There is no such prompt of yours: it was deleted, has expired or was somebody else's.");
        }

        return ([.. chain.SelectMany(Turns)], Text(chain[^1], Kind) != "continue");
    }

    /// <summary>Newest first. One more than <paramref name="take"/> is given where there are more.</summary>
    public async Task<IReadOnlyList<ResponseDocument>> List(int skip, int take, CancellationToken ct) => Person is { } person
        ? await responses.Query(new DocumentQuery<ResponseDocument>().Where(r => r.By, person).OrderBy(r => r.CreatedAt, descending: true).Skip(skip).Take(take + 1), ct)
        : [];

    /// <summary>What was asked.</summary>
    public static string Asked(ResponseDocument response) => string.Concat(response.Input.SelectMany(item => item.Parts).Select(part => part.Text));

    /// <summary>What its answer took.</summary>
    public static AnswerFigures Figures(ResponseDocument response) => new()
    {
        Prompt = response.Tokens?.Input,
        Completion = response.Tokens?.Output,
        First = double.TryParse(Text(response, FirstSeconds), CultureInfo.InvariantCulture, out var first) ? first : null,
        Seconds = ((response.EndedAt ?? response.CreatedAt) - response.CreatedAt).TotalSeconds,
        Cost = long.TryParse(Text(response, Cost), CultureInfo.InvariantCulture, out var cost) ? cost : null,
        Currency = Text(response, Currency),
        Ended = response.Status switch { ResponseState.Cancelled => "stopped", ResponseState.Incomplete => "length", _ => "stop" },
    };

    private static IEnumerable<Turn> Turns(ResponseDocument response) =>
    [
        new("user") { Text = Asked(response) },
        new("assistant", response.Wishes.Model) { Text = response.Text, Figures = Figures(response), PreviousId = response.Wishes.PreviousId },
    ];

    private static Dictionary<string, string> Facts(AnswerFigures figures, bool chat)
    {
        var facts = new Dictionary<string, string> { [Kind] = chat ? "chat" : "continue" };
        if (figures.First is { } first)
        {
            facts[FirstSeconds] = first.ToString("0.000", CultureInfo.InvariantCulture);
        }

        if (figures is { Cost: { } cost, Currency: { } currency })
        {
            (facts[Cost], facts[Currency]) = (cost.ToString(CultureInfo.InvariantCulture), currency);
        }

        return facts;
    }

    private static string? Text(ResponseDocument response, string key)
    {
        using var metadata = JsonDocument.Parse(response.Wishes.Metadata);
        return metadata.RootElement.TryGetProperty(key, out var value) ? value.GetString() : null;
    }
}
