using Aigc.Contracts.DataSupply;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.DataSupply.Datasets;

/// <summary>A dataset version that stands. Owns its folder in the artifact store.</summary>
internal sealed class DatasetVersion : IDocument
{
    public string Id { get; set; } = "";

    public int Version { get; set; }

    public string Tenant { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>Digest of the folder; what the API names a version by.</summary>
    public string Digest { get; set; } = "";

    public DatasetVersionRef Dataset { get; set; } = null!;

    /// <summary>Counts of every stage, flat.</summary>
    public Dictionary<string, long> Counts { get; set; } = [];

    /// <summary>Rules it was filtered by.</summary>
    public string Preset { get; set; } = "fineweb";

    /// <summary>Whether languages were asked for, so that the rules about them held.</summary>
    public bool LanguagesAsked { get; set; } = true;

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Identity of the version one tenant's builds of one name and key make.</summary>
    public static string IdOf(string tenant, string name, string key) => Storage.Artifacts.Digest.OfParts(tenant, name, key);
}
