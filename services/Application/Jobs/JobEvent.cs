using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;

namespace Aigc.Application.Jobs;

/// <summary>One entry of the log of a root job: a change or progress of it or of a descendant.</summary>
internal sealed class JobEvent : IDocument
{
    public const string Changed = "job.changed";

    public const string Progressed = "job.progressed";

    /// <summary><c>&lt;root&gt;:&lt;number, padded&gt;</c>: sorts as the log runs.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string JobId { get; init; }

    public string? ParentId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary><see cref="Changed"/> or <see cref="Progressed"/>.</summary>
    public required string Type { get; init; }

    public ChangeEntry? Change { get; init; }

    public ProgressEntry? Progress { get; init; }

    public long Number => long.Parse(Id.AsSpan(Id.IndexOf(':', StringComparison.Ordinal) + 1), provider: System.Globalization.CultureInfo.InvariantCulture);

    public bool Ends => Change is { Status: JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled };

    public static string IdOf(string root, long number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{root}:{number:D12}");
}

/// <summary>What changed.</summary>
internal sealed record ChangeEntry
{
    public required string Kind { get; init; }

    public required JobStatus Status { get; init; }

    public required long Sequence { get; init; }

    public string? Stage { get; init; }

    public string? Title { get; init; }

    public Problem? Error { get; init; }

    public IReadOnlyDictionary<string, string> Result { get; init; } = new Dictionary<string, string>();
}

/// <summary>How far it was.</summary>
internal sealed record ProgressEntry
{
    public required string Stage { get; init; }

    public required double Done { get; init; }

    public double? Total { get; init; }

    public required string Unit { get; init; }

    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();
}
