using Aigc.Contracts;
using Aigc.Contracts.DataSupply;
using Aigc.ServiceDefaults.Sagas;

namespace Aigc.DataSupply.Builds;

/// <summary>One dataset build, as its saga remembers it.</summary>
internal sealed class DatasetBuild : ProcessSaga
{
    public string Name { get; set; } = "";

    public IReadOnlyList<DataSource> Sources { get; set; } = [];

    public PrepareSpec Prepare { get; set; } = new();

    public ArtifactRef? Plan { get; set; }

    public string Key { get; set; } = "";

    /// <summary>Shards in the plan.</summary>
    public int Shards { get; set; }

    /// <summary>Shards below this number were ordered.</summary>
    public int Ordered { get; set; }

    /// <summary>A bit for each shard that is prepared.</summary>
    public byte[] Done { get; set; } = [];

    public int DoneShards { get; set; }

    /// <summary>Documents read in the prepared shards.</summary>
    public long Documents { get; set; }

    public DateTimeOffset? PreparingSince { get; set; }

    public DatasetVersionRef? Dataset { get; set; }

    public Dictionary<string, long> Counts { get; set; } = [];

    public bool Reused { get; set; }

    public bool IsDone(int shard) => (Done[shard >> 3] & (1 << (shard & 7))) != 0;

    /// <summary>False when the shard was done already: every event comes at least once.</summary>
    public bool MarkDone(int shard)
    {
        if (shard < 0 || shard >= Shards || IsDone(shard))
        {
            return false;
        }

        // A new array: the stored one may be shared with a copy somebody compares against.
        var done = (byte[])Done.Clone();
        done[shard >> 3] |= (byte)(1 << (shard & 7));
        Done = done;
        DoneShards++;
        return true;
    }

    /// <summary>Shards that were ordered and are not done.</summary>
    public IEnumerable<int> InFlight() => Enumerable.Range(0, Ordered).Where(shard => !IsDone(shard));
}
