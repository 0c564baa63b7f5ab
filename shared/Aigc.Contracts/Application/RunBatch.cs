using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.Application;

/// <summary>Command: answer every line of a file of requests. Consumed by the batch saga.</summary>
[Queue("application.batches")]
public sealed record RunBatch
{
    /// <summary>Identity of the batch; sending it again re-announces where it stands.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Route every line is a request to, for example <c>/v1/chat/completions</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The requests: JSON Lines of <c>custom_id</c>, <c>method</c>, <c>url</c> and <c>body</c>.</summary>
    public required ArtifactRef Input { get; init; }

    /// <summary>Id of the file the requests came in.</summary>
    public string InputFileId { get; init; } = "";

    /// <summary>Name of that file.</summary>
    public string InputFileName { get; init; } = "batch.jsonl";

    /// <summary>How long after its beginning the batch is given up with what is done by then.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long the files it writes live; null for ever.</summary>
    public TimeSpan? OutputLife { get; init; }

    /// <summary>What the client wants to find again with it. Pairs, since its keys are the client's own and no names of ours.</summary>
    public IReadOnlyList<MetadataPair> Metadata { get; init; } = [];
}

/// <summary>One entry of a client's metadata.</summary>
public sealed record MetadataPair
{
    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>Its value.</summary>
    public required string Value { get; init; }
}

/// <summary>Event: a batch has ended. What was answered is in its files, however it ended.</summary>
public sealed record BatchEnded
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>Tenant that owns it.</summary>
    public required string Tenant { get; init; }

    /// <summary><c>completed</c>, <c>failed</c>, <c>expired</c> or <c>cancelled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The files; null when no line was run.</summary>
    public BatchOutput? Output { get; init; }
}

/// <summary>What a batch wrote.</summary>
public sealed record BatchOutput
{
    /// <summary>File of the lines that were answered; null when none was.</summary>
    public string? OutputFileId { get; init; }

    /// <summary>File of the lines that were refused, failed or not run; null when there is none.</summary>
    public string? ErrorFileId { get; init; }

    /// <summary>Lines in the first file.</summary>
    public int Completed { get; init; }

    /// <summary>Lines in the second file.</summary>
    public int Failed { get; init; }

    /// <summary>Tokens of all prompts.</summary>
    public long InputTokens { get; init; }

    /// <summary>Those of them that were not computed again.</summary>
    public long CachedTokens { get; init; }

    /// <summary>Tokens of all answers.</summary>
    public long OutputTokens { get; init; }
}
