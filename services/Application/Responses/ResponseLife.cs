using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;

namespace Aigc.Application.Responses;

/// <summary>The beginning and the end of a response, wherever its answer comes from.</summary>
internal static class ResponseLife
{
    /// <summary>A response that is at work. The same generation begins the same response.</summary>
    public static ResponseDocument Begin(ResponseRequest request, Guid generation, string tenant, DateTimeOffset now, DateTimeOffset expires) => new()
    {
        Id = ResponseDocument.IdOf(generation),
        Tenant = tenant,
        CreatedAt = now,
        Expires = expires,
        Status = ResponseState.InProgress,
        Wishes = request.Wishes,
        Input = request.Input,
        MessageId = $"msg_{generation:N}",
    };

    /// <summary>What there is to tell of a piece: its text, and after it its calls.</summary>
    public static IEnumerable<ResponseDelta> Told(AnswerPiece piece, bool logprobs)
    {
        if (piece.HasText)
        {
            yield return new ResponseDelta(piece.Text) { LogProbabilities = logprobs ? piece.LogProbabilities : [] };
        }

        if (piece.ToolCalls.Count > 0)
        {
            yield return new ResponseDelta("") { Calls = piece.ToolCalls };
        }
    }

    /// <summary>Ends one that has its answer.</summary>
    public static ResponseDocument Finish(this ResponseDocument response, TextGenerated final, IEnumerable<ResponseDelta> told, DateTimeOffset now)
    {
        var answer = TextAnswers.Of(final)[0];
        response.Status = answer.FinishReason == "length" ? ResponseState.Incomplete : ResponseState.Completed;
        response.EndedAt = now;
        response.Text = answer.Text;
        response.Calls = answer.ToolCalls;
        response.Deltas = [.. told];
        response.Tokens = new ResponseTokens(final.PromptTokens, final.CachedPromptTokens, final.CompletionTokens);
        return response;
    }

    /// <summary>Ends one whose answer broke off.</summary>
    public static ResponseDocument Break(this ResponseDocument response, ResponseState state, IEnumerable<ResponseDelta> told, DateTimeOffset now)
    {
        response.Status = state;
        response.EndedAt = now;
        response.Deltas = [.. told];
        response.Text = string.Concat(response.Deltas.Select(delta => delta.Text));
        return response;
    }
}
