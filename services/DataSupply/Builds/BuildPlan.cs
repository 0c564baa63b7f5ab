namespace Aigc.DataSupply.Builds;

/// <summary>
/// What a build works on: every file by digest, cut into shards. Everything after it is a function of the plan and the rules, so any number of
/// workers gives the same bytes. Stored as JSON.
/// </summary>
internal sealed record BuildPlan
{
    public required IReadOnlyList<PlanShard> Shards { get; init; }

    /// <summary>Bytes of the files taken.</summary>
    public required long Bytes { get; init; }

    /// <summary>Files taken.</summary>
    public required long Files { get; init; }

    /// <summary>Files left out, by reason.</summary>
    public IReadOnlyDictionary<string, long> Skipped { get; init; } = new SortedDictionary<string, long>();
}

/// <summary>Files one worker prepares in one go.</summary>
internal sealed record PlanShard
{
    public required IReadOnlyList<PlanFile> Files { get; init; }
}

/// <summary>One file, frozen in the artifact store when it was listed: a source that changes during a build changes nothing.</summary>
internal sealed record PlanFile
{
    /// <summary>Stable id: the source's name and the path within it. Never a path of this machine.</summary>
    public required string Id { get; init; }

    /// <summary>Digest of the bytes in the artifact store.</summary>
    public required string Digest { get; init; }

    /// <summary>Length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Name that tells the extractor; ends the way the file's content type does.</summary>
    public required string FileName { get; init; }
}
