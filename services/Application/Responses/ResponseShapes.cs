using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;

namespace Aigc.Application.Responses;

/// <summary>A response as OpenAI writes it.</summary>
internal static class ResponseShapes
{
    /// <summary>A response at the state it is in; <paramref name="as"/> shows it as it was at an earlier one, without its answer.</summary>
    public static object Of(ResponseDocument response, ResponseState? @as = null)
    {
        var (wishes, state) = (response.Wishes, @as ?? response.Status);
        var answered = @as is null && (response.Ended || response.Text.Length > 0);
        var output = answered ? Output(response, state) : [];
        return new
        {
            response.Id,
            Object = "response",
            CreatedAt = response.CreatedAt.ToUnixTimeSeconds(),
            Status = NameOf(state),
            wishes.Background,
            CompletedAt = state == ResponseState.Completed ? response.EndedAt?.ToUnixTimeSeconds() : null,
            Error = state == ResponseState.Failed ? response.Fault : null,
            IncompleteDetails = state == ResponseState.Incomplete ? new { Reason = "max_output_tokens" } : null,
            wishes.Instructions,
            wishes.MaxOutputTokens,
            MaxToolCalls = (int?)null,
            wishes.Model,
            Output = output,
            wishes.ParallelToolCalls,
            PreviousResponseId = wishes.PreviousId,
            wishes.PromptCacheKey,
            Reasoning = new { Effort = (string?)null, Summary = (string?)null },
            wishes.SafetyIdentifier,
            ServiceTier = "default",
            wishes.Store,
            wishes.Temperature,
            Text = new { Format = Json(wishes.Format), Verbosity = "medium" },
            ToolChoice = Json(wishes.ToolChoice),
            Tools = Json(wishes.Tools),
            wishes.TopLogprobs,
            wishes.TopP,
            Truncation = wishes.TruncateAuto ? "auto" : "disabled",
            Usage = @as is null && response.Tokens is { } tokens ? Usage(tokens) : null,
            wishes.User,
            Metadata = Json(wishes.Metadata),
        };
    }

    /// <summary>The answer as items of the next input.</summary>
    public static IEnumerable<ResponseItem> Items(ResponseDocument answer) => HasMessage(answer) ? CallItems.Of(answer).Prepend(MessageItems.Of(answer)) : CallItems.Of(answer);

    /// <summary>A call of the answer; without arguments while it is at work.</summary>
    public static object Call(ResponseDocument response, ToolCall call, int index, ResponseState state) => new
    {
        Id = CallItems.IdOf(response, index),
        Type = CallItems.Call,
        Status = state == ResponseState.InProgress ? "in_progress" : state == ResponseState.Incomplete && index == response.Calls.Count - 1 ? "incomplete" : "completed",
        Arguments = state == ResponseState.InProgress ? "" : call.Arguments,
        CallId = call.Id,
        call.Name,
    };

    /// <summary>The message of the answer.</summary>
    public static object Message(ResponseDocument response, ResponseState state) => new
    {
        Id = response.MessageId,
        Type = ItemTable.Message,
        Status = state == ResponseState.Completed ? "completed" : state == ResponseState.InProgress ? "in_progress" : "incomplete",
        Content = state == ResponseState.InProgress ? [] : new[] { Part(response) },
        Role = "assistant",
    };

    /// <summary>The text of the answer with its log probabilities, where asked for.</summary>
    public static OutputText Part(ResponseDocument response) =>
        new(MessageItems.Output, [], Logprobs(response, [.. response.Deltas.SelectMany(delta => delta.LogProbabilities)]), response.Text);

    public static IReadOnlyList<ChatTokenLogprob> Logprobs(ResponseDocument response, IReadOnlyList<TokenLogProbability> tokens) =>
        response.Wishes.Logprobs ? ChatLogprobs.Of(new SamplingSpec { TopLogProbabilities = response.Wishes.TopLogprobs }, tokens)!.Content : [];

    public static string NameOf(ResponseState state) => state == ResponseState.InProgress ? "in_progress" : state.ToString().ToLowerInvariant();

    /// <summary>A response that ended without a word has no message; one that completed without a call has, be it empty.</summary>
    public static bool HasMessage(ResponseDocument response) =>
        response.Deltas.Any(delta => delta.IsText) || response.Text.Length > 0 || (response.Calls.Count == 0 && response.Status is ResponseState.Completed or ResponseState.Incomplete);

    // In the order they were begun in; the events number them so.
    private static object[] Output(ResponseDocument response, ResponseState state)
    {
        var items = response.Calls.Select((call, index) => Call(response, call, index, state)).ToList();
        if (HasMessage(response))
        {
            var before = response.Deltas.TakeWhile(delta => !delta.IsText).SelectMany(delta => delta.Calls).Select(piece => piece.Index).Distinct().Count();
            items.Insert(response.Deltas.Any(delta => delta.IsText) ? Math.Min(before, items.Count) : 0, Message(response, state));
        }

        return [.. items];
    }

    private static object Usage(ResponseTokens tokens) => new
    {
        InputTokens = tokens.Input,
        InputTokensDetails = new { CachedTokens = tokens.Cached },
        OutputTokens = tokens.Output,
        OutputTokensDetails = new { ReasoningTokens = 0 },
        TotalTokens = tokens.Input + tokens.Output,
    };

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
