using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Ledger.Prices;

/// <summary>The price list. It is the installation's, the same for every tenant.</summary>
internal sealed class PriceBook(IDocumentStore<PriceDocument> prices, IOptions<LedgerOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(2);

    private const int MostPrices = 2_000;
    private const int LongestPattern = 200;
    private const long HighestRate = 1_000_000 * Meters.One;

    private volatile Memory? _known;

    /// <summary>Every price that holds or will.</summary>
    public async Task<PriceList> List(CancellationToken ct) => new()
    {
        Currency = options.Value.Currency,
        Prices = [DefaultPrices.All, .. (await prices.Query(new DocumentQuery<PriceDocument>().Take(MostPrices), ct)).Select(document => document.Price)],
    };

    /// <summary>The list as it was read moments ago.</summary>
    public async ValueTask<PriceList> Known(CancellationToken ct)
    {
        if (_known is { } known && time.GetElapsedTime(known.At) < Remembered)
        {
            return known.List;
        }

        var list = await List(ct);
        _known = new(time.GetTimestamp(), list);
        return list;
    }

    /// <summary>Adds a line. The same line again changes nothing.</summary>
    /// <exception cref="ProblemException"><c>invalid_value</c>, naming the field; <c>conflict</c> when other prices were written for the model and moment.</exception>
    public async Task<Price> Add(string? model, DateTimeOffset? from, IReadOnlyDictionary<string, long>? rates, CancellationToken ct)
    {
        var price = new Price { Model = Pattern(model), From = From(from), Rates = Rates(rates) };
        if (await prices.Count(new DocumentQuery<PriceDocument>(), ct) >= MostPrices)
        {
            throw new ProblemException("too_many", $"The list is full: it has {MostPrices} prices.", "model");
        }

        var document = new PriceDocument { Id = PriceDocument.IdOf(price.Model, price.From), Price = price };
        if (await prices.Insert(document, ct))
        {
            return price;
        }

        var there = await prices.Find(document.Id, ct);
        return there is not null && there.Price.Rates.Count == price.Rates.Count && price.Rates.All(rate => there.Price.Rates.GetValueOrDefault(rate.Key, -1) == rate.Value)
            ? there.Price
            : throw new ProblemException("conflict", "This model has other prices from that very moment on; choose another moment.", "from");
    }

    private static string Pattern(string? model) =>
        model is { Length: > 0 and <= LongestPattern } && model.IndexOf('*', StringComparison.Ordinal) is var star && (star < 0 || star == model.Length - 1)
            ? model
            : throw new ProblemException("invalid_value", "model is a model's name, a beginning followed by *, or * for everything.", "model");

    // What was done has been reckoned; a price for the past would say otherwise than the entries.
    private DateTimeOffset From(DateTimeOffset? from)
    {
        var now = time.GetUtcNow();
        return from is null ? now
            : from >= now - TimeSpan.FromMinutes(1) ? from.Value.ToUniversalTime()
            : throw new ProblemException("invalid_value", "from must not lie in the past; leave it out for now.", "from");
    }

    private static Dictionary<string, long> Rates(IReadOnlyDictionary<string, long>? rates)
    {
        if (rates is not { Count: > 0 })
        {
            throw new ProblemException("invalid_value", $"rates maps meters to billionths of the currency; meters are {string.Join(", ", Meters.Units.Keys)}.", "rates");
        }

        foreach (var (meter, rate) in rates)
        {
            if (!Meters.Units.ContainsKey(meter))
            {
                throw new ProblemException("invalid_value", $"'{meter}' is not a meter; it is one of {string.Join(", ", Meters.Units.Keys)}.", $"rates.{meter}");
            }

            if (rate is < 0 or > HighestRate)
            {
                throw new ProblemException("invalid_value", $"A price is at least 0 and at most {HighestRate} billionths.", $"rates.{meter}");
            }
        }

        return rates.ToDictionary();
    }

    private sealed record Memory(long At, PriceList List);
}
