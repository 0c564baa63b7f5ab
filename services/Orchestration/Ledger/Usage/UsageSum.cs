using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Orchestration.Ledger.Usage;

/// <summary>Something entries are added to, each once: it remembers those that may come again, which are the ones not yet marked as added up.</summary>
internal interface ITally : IDocument
{
    /// <summary>Ids of entries that are in it and may still be open.</summary>
    List<string> Counted { get; set; }

    void Add(UsageEntry entry, DateTimeOffset now);
}

/// <summary>Entries of one hour that are alike in tenant and, by dimension: in key, person, model and kind; in chain; in artifact.</summary>
internal sealed class UsageSum : ITally
{
    public const string ByModel = "model";
    public const string ByChain = "chain";
    public const string ByArtifact = "artifact";

    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required string Dimension { get; init; }

    public required DateTimeOffset Hour { get; init; }

    public string? Key { get; init; }

    public string? User { get; init; }

    public string? Model { get; init; }

    public string? Kind { get; init; }

    public string? Chain { get; init; }

    public string? Artifact { get; init; }

    public long Entries { get; set; }

    public long Money { get; set; }

    public Dictionary<string, long> Quantities { get; set; } = [];

    public List<string> Counted { get; set; } = [];

    public void Add(UsageEntry entry, DateTimeOffset now)
    {
        Entries++;
        Money += entry.Money;
        foreach (var (meter, quantity) in entry.Quantities)
        {
            Quantities[meter] = Quantities.GetValueOrDefault(meter) + quantity;
        }
    }

    /// <summary>The sums an entry belongs to, as they begin.</summary>
    public static IEnumerable<UsageSum> Of(UsageEntry entry)
    {
        var hour = new DateTimeOffset(entry.At.UtcDateTime.Date.AddHours(entry.At.UtcDateTime.Hour), TimeSpan.Zero);
        yield return new UsageSum
        {
            Id = Name(entry, ByModel, hour, entry.Key, entry.User, entry.Model, entry.Kind),
            Tenant = entry.Tenant,
            Dimension = ByModel,
            Hour = hour,
            Key = entry.Key,
            User = entry.User,
            Model = entry.Model,
            Kind = entry.Kind,
        };
        if (entry.Chain is { } chain)
        {
            yield return new UsageSum { Id = Name(entry, ByChain, hour, chain), Tenant = entry.Tenant, Dimension = ByChain, Hour = hour, Chain = chain };
        }

        if (entry.Artifact is { } artifact)
        {
            yield return new UsageSum { Id = Name(entry, ByArtifact, hour, artifact), Tenant = entry.Tenant, Dimension = ByArtifact, Hour = hour, Artifact = artifact };
        }
    }

    private static string Name(UsageEntry entry, string dimension, DateTimeOffset hour, params ReadOnlySpan<string?> parts)
    {
        List<string> all = [entry.Tenant, dimension, DocumentJson.Write(hour)];
        foreach (var part in parts)
        {
            // Absent is not the same as empty.
            all.Add(part is null ? "-" : "+" + part);
        }

        return Digest.OfParts(all.ToArray());
    }
}
