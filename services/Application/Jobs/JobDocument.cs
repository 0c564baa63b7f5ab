using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;

namespace Aigc.Application.Jobs;

/// <summary>
/// A long-running thing as its owner sees it: an accepted request at first, then a view of the saga that carries it out. The saga is
/// the truth; this is what was last heard of it.
/// </summary>
public sealed class JobDocument : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Kind { get; set; }

    public required string RootId { get; set; }

    public string? ParentId { get; set; }

    public required string Tenant { get; init; }

    public JobStatus Status { get; set; }

    public string? Stage { get; set; }

    public string? Title { get; set; }

    public JobProgress? Progress { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public Problem? Error { get; set; }

    public Dictionary<string, string> Result { get; set; } = [];

    public StepUsage? Usage { get; set; }

    /// <summary>Sequence of the newest change heard; an older one that arrives late is dropped.</summary>
    public long Sequence { get; set; }

    /// <summary>The command that starts the job, kept until it is heard of; null for jobs that came by the bus.</summary>
    public JobRequest? Request { get; set; }

    /// <summary>When the sweep looks after the job next; null once it has ended.</summary>
    public DateTimeOffset? Due { get; set; }

    /// <summary>Times the sweep has looked after it since it was last heard of.</summary>
    public int Silences { get; set; }

    /// <summary>Somebody wants it stopped: whenever it is heard of still running, its saga is told again.</summary>
    public bool CancelRequested { get; set; }

    public bool Ended => Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;
}

/// <summary>A start command as text, and the contract type it is of.</summary>
public sealed record JobRequest(string Type, string Body)
{
    public static JobRequest Of(object command) =>
        new(command.GetType().FullName!, System.Text.Json.JsonSerializer.Serialize(command, command.GetType(), DocumentJson.Options));

    /// <summary>The command. Only contract types are ever made from stored text.</summary>
    public object Read()
    {
        var type = typeof(ArtifactRef).Assembly.GetType(Type, throwOnError: true)!;
        return System.Text.Json.JsonSerializer.Deserialize(Body, type, DocumentJson.Options)!;
    }
}

/// <summary>How far a job is in its present stage.</summary>
public sealed record JobProgress
{
    public required string Stage { get; init; }

    public required double Done { get; init; }

    public double? Total { get; init; }

    public required string Unit { get; init; }

    /// <summary>Seconds left at the rate of the stage so far; null while unknown.</summary>
    public double? EtaSeconds { get; init; }

    /// <summary>Units a second since the stage began; null while unknown.</summary>
    public double? Rate { get; init; }

    /// <summary>When the stage was first heard of, and how far it was: a resumed stage does not begin at nothing.</summary>
    public required DateTimeOffset Since { get; init; }

    public double From { get; init; }

    /// <summary>Figures of the moment, text of answers aside.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();

    public static JobProgress Next(JobProgress? last, JobProgressed heard)
    {
        var same = last is not null && last.Stage == heard.Stage && heard.Done >= last.From;
        var (since, from) = same ? (last!.Since, last.From) : (heard.At, heard.Done);
        var (seconds, done) = ((heard.At - since).TotalSeconds, heard.Done - from);
        double? rate = seconds > 0.2 && done > 0 ? done / seconds : null;
        return new JobProgress
        {
            Stage = heard.Stage,
            Done = heard.Done,
            Total = heard.Total,
            Unit = heard.Unit,
            Since = since,
            From = from,
            Rate = rate,
            EtaSeconds = rate is { } r && heard.Total is { } total ? Math.Max(0, (total - heard.Done) / r) : null,
            Facts = heard.Facts.Where(fact => fact.Key != "text").ToDictionary(),
        };
    }
}
