using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.Application;

/// <summary>Command: read a batch's requests and say what is wrong with them. Long work: acknowledged into a leased record.</summary>
[Queue("application.batches.check")]
public sealed record CheckBatch
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Route every line must be a request to.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The requests.</summary>
    public required ArtifactRef Input { get; init; }
}

/// <summary>Event: the requests can be run.</summary>
public sealed record BatchChecked
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>How many there are.</summary>
    public required int Lines { get; init; }

    /// <summary>The model all of them name; null when they name several.</summary>
    public string? Model { get; init; }
}

/// <summary>Event: the file is not one of requests that can be run; none of them is.</summary>
public sealed record BatchRefused
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>What is wrong, the first of it.</summary>
    public required IReadOnlyList<BatchFault> Faults { get; init; }
}

/// <summary>What is wrong with one line.</summary>
public sealed record BatchFault
{
    /// <summary>Stable, snake-case code.</summary>
    public required string Code { get; init; }

    /// <summary>One sentence for a person.</summary>
    public required string Message { get; init; }

    /// <summary>The field at fault, where there is one.</summary>
    public string? Param { get; init; }

    /// <summary>Number of the line, from 1; null for the file.</summary>
    public int? Line { get; init; }
}

/// <summary>Command: run the lines that have no result yet. Long work: acknowledged into a leased record.</summary>
[Queue("application.batches.lines")]
public sealed record RunBatchLines
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Route every line is a request to.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The requests.</summary>
    public required ArtifactRef Input { get; init; }

    /// <summary>How many there are.</summary>
    public required int Lines { get; init; }

    /// <summary>When the batch is given up.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Event: no line is run any more.</summary>
public sealed record BatchLinesRun
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>True when the time was up before every line had a result.</summary>
    public bool Expired { get; init; }
}

/// <summary>Command: write the results into files. Long work: acknowledged into a leased record.</summary>
[Queue("application.batches.finish")]
public sealed record FinishBatch
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>The requests.</summary>
    public required ArtifactRef Input { get; init; }

    /// <summary>How many there are.</summary>
    public required int Lines { get; init; }

    /// <summary>What lines without a result are said to have failed of: <c>batch_cancelled</c> or <c>batch_expired</c>.</summary>
    public required string Unrun { get; init; }

    /// <summary>How long the files live; null for ever.</summary>
    public TimeSpan? OutputLife { get; init; }
}

/// <summary>Event: the files are written; every line is in one of them, once.</summary>
public sealed record BatchWritten
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>The files.</summary>
    public required BatchOutput Output { get; init; }
}

/// <summary>Event: a step of a batch cannot succeed.</summary>
public sealed record BatchStepFailed
{
    /// <summary>The batch.</summary>
    public required Guid BatchId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}
