using Aigc.Storage.Documents;

namespace Aigc.DataSupply.Builds;

/// <summary>A prepared shard, under the identity of its content: any build that plans the same files under the same rules takes it.</summary>
internal sealed class PreparedShard : IDocument
{
    public string Id { get; set; } = "";

    public int Version { get; set; }

    /// <summary>Digest of the rows in the artifact store.</summary>
    public string Digest { get; set; } = "";

    /// <summary>Documents read.</summary>
    public long Documents { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
