namespace Aigc.DataSupply.Builds;

/// <summary>What a merge wrote.</summary>
internal sealed record MergeOutcome
{
    public required long TrainRows { get; init; }

    public required long ValidationRows { get; init; }

    public required long TestRows { get; init; }

    /// <summary>Documents of all splits.</summary>
    public long Rows => TrainRows + ValidationRows + TestRows;

    /// <summary>Groups that rows of the splits name.</summary>
    public required long Groups { get; init; }

    /// <summary>UTF-8 bytes of text in all splits.</summary>
    public required long TextBytes { get; init; }

    /// <summary>Counts of every stage, flat.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }
}
