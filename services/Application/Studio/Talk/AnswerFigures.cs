using System.Globalization;
using Aigc.Application.Studio.Parts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Studio.Talk;

/// <summary>What an answer took, as the person in front of it sees it.</summary>
public sealed record AnswerFigures
{
    /// <summary>Tokens; null where an answer was stopped, of which only its worker knows them.</summary>
    public int? Prompt { get; init; }

    /// <summary>Tokens of the answer; null as above.</summary>
    public int? Completion { get; init; }

    /// <summary>Seconds until the first text was here.</summary>
    public double? First { get; init; }

    /// <summary>Seconds from the question to the end.</summary>
    public required double Seconds { get; init; }

    /// <summary>Billionths of the currency; null where its tokens have no price.</summary>
    public long? Cost { get; init; }

    /// <summary>Three letters.</summary>
    public string? Currency { get; init; }

    /// <summary>How it ended: <c>stop</c>, <c>length</c>, <c>stopped</c> by the person.</summary>
    public required string Ended { get; init; }

    /// <summary>What the tokens of an answer cost by the price list; null where it names no price for them.</summary>
    public static long? CostOf(TextGenerated final, PriceList prices, string model, DateTimeOffset at)
    {
        var rates = prices.RatesOf(model, at);
        return rates.ContainsKey(Meters.InputTokens) || rates.ContainsKey(Meters.OutputTokens)
            ? Meters.Cost(Meters.OfText(final.PromptTokens, final.CachedPromptTokens, final.CompletionTokens), rates)
            : null;
    }

    /// <summary>In one line.</summary>
    public override string ToString()
    {
        var says = new List<string>();
        if (Completion is { } tokens)
        {
            says.Add($"{Say.Count(Prompt ?? 0)} + {Say.Count(tokens)} tokens");
        }

        if (First is { } first)
        {
            says.Add(string.Create(CultureInfo.InvariantCulture, $"first after {first * 1000:0} ms"));
        }

        says.Add(Say.Span(Seconds));
        if (Completion is { } written)
        {
            says.Add(string.Create(CultureInfo.InvariantCulture, $"{written / Math.Max(Seconds, 0.001):0} tokens/s"));
            says.Add(Cost is { } cost ? Say.Money(cost, Currency) : "no price set");
        }

        says.Add(Ended switch
        {
            "stopped" => "stopped by you",
            "length" => "reached its limit of tokens",
            _ => $"ended by {Ended}",
        });
        return string.Join(" · ", says);
    }
}
