namespace Aigc.Contracts.Orchestration;

/// <summary>Request for the price list; answered with <see cref="PriceList"/>.</summary>
[Queue("orchestration.ledger")]
public sealed record ListPrices;

/// <summary>Reply: every price that holds or will.</summary>
public sealed record PriceList
{
    /// <summary>The currency, three letters.</summary>
    public required string Currency { get; init; }

    /// <summary>In no particular order.</summary>
    public required IReadOnlyList<Price> Prices { get; init; }

    /// <summary>
    /// Prices of a model at a moment, by meter. The most exact pattern that names a meter decides it, and of two alike the one that began later.
    /// </summary>
    public IReadOnlyDictionary<string, long> RatesOf(string? model, DateTimeOffset at)
    {
        var rates = new Dictionary<string, long>();
        foreach (var price in Prices.Where(price => price.From <= at && price.Fits(model)).OrderBy(price => price.Exactness).ThenBy(price => price.From))
        {
            foreach (var (meter, rate) in price.Rates)
            {
                rates[meter] = rate;
            }
        }

        return rates;
    }
}

/// <summary>Prices of a model, or of all whose names begin alike.</summary>
public sealed record Price
{
    /// <summary>A model's name, a beginning followed by <c>*</c>, or <c>*</c> for everything, work without a model included.</summary>
    public required string Model { get; init; }

    /// <summary>When they begin to hold.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Billionths of the currency for one unit, by meter; see <see cref="Meters"/>.</summary>
    public required IReadOnlyDictionary<string, long> Rates { get; init; }

    /// <summary>Whether a model falls under it.</summary>
    public bool Fits(string? model) => Model.EndsWith('*')
        ? (model ?? "").StartsWith(Model.AsSpan(0, Model.Length - 1), StringComparison.Ordinal)
        : Model == model;

    internal int Exactness => Model.EndsWith('*') ? Model.Length - 1 : int.MaxValue;
}
