using Aigc.Contracts.Orchestration;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Orchestration.Ledger.Prices;

/// <summary>One line of the price list. Never changed: a new price is a new line, and what was reckoned by an old one stays.</summary>
internal sealed class PriceDocument : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required Price Price { get; set; }

    public static string IdOf(string model, DateTimeOffset from) => "price_" + Digest.OfParts(model, DocumentJson.Write(from))[..24];
}
