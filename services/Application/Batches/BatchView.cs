using System.Globalization;
using Aigc.Application.Jobs;
using Aigc.Contracts.Application;

namespace Aigc.Application.Batches;

/// <summary>A batch as OpenAI's API shows it. Times are Unix seconds.</summary>
internal sealed record BatchView(
    string Id,
    string Object,
    string Endpoint,
    string? Model,
    BatchErrors? Errors,
    string InputFileId,
    string CompletionWindow,
    string Status,
    string? OutputFileId,
    string? ErrorFileId,
    long CreatedAt,
    long? InProgressAt,
    long ExpiresAt,
    long? FinalizingAt,
    long? CompletedAt,
    long? FailedAt,
    long? ExpiredAt,
    long? CancellingAt,
    long? CancelledAt,
    BatchCounts RequestCounts,
    BatchUsage? Usage,
    IReadOnlyDictionary<string, string> Metadata)
{
    public static BatchView Of(BatchRun run, JobDocument? job) => new(
        BatchRun.IdOf(run.CorrelationId),
        "batch",
        run.Request.Endpoint,
        run.Model,
        BatchErrors.Of(run),
        run.Request.InputFileId,
        $"{run.Request.Window.TotalHours.ToString(CultureInfo.InvariantCulture)}h",
        BatchStatus.Of(run).Name,
        run.Output?.OutputFileId,
        run.Output?.ErrorFileId,
        run.CreatedAt.ToUnixTimeSeconds(),
        run.InProgressAt?.ToUnixTimeSeconds(),
        run.ExpiresAt.ToUnixTimeSeconds(),
        run.FinalizingAt?.ToUnixTimeSeconds(),
        run.CompletedAt?.ToUnixTimeSeconds(),
        run.FailedAt?.ToUnixTimeSeconds(),
        run.ExpiredAt?.ToUnixTimeSeconds(),
        run.CancellingAt?.ToUnixTimeSeconds(),
        run.CancelledAt?.ToUnixTimeSeconds(),
        BatchCounts.Of(run, job),
        BatchUsage.Of(run.Output),
        run.Request.Metadata.ToDictionary(pair => pair.Key, pair => pair.Value));
}

internal sealed record BatchErrors(string Object, IReadOnlyList<BatchError> Data)
{
    /// <summary>What was wrong with the file, or why the batch was given up; null where nothing was.</summary>
    public static BatchErrors? Of(BatchRun run) => run switch
    {
        { Faults.Count: > 0 } => new("list", [.. run.Faults.Select(fault => new BatchError(fault.Code, fault.Message, fault.Param, fault.Line))]),
        { Problem: { } problem, ExpiredAt: null } => new("list", [new BatchError(problem.Code, problem.Message, problem.Param, null)]),
        _ => null,
    };
}

internal sealed record BatchError(string Code, string Message, string? Param, int? Line);

internal sealed record BatchCounts(int Total, int Completed, int Failed)
{
    public static BatchCounts Of(BatchRun run, JobDocument? job) => run.Output is { } output
        ? new(run.Lines ?? 0, output.Completed, output.Failed)
        : new(run.Lines ?? 0, Fact(job, "completed"), Fact(job, "failed"));

    private static int Fact(JobDocument? job, string name) =>
        job?.Progress is { } progress && progress.Facts.TryGetValue(name, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var count) ? count : 0;
}

internal sealed record BatchUsage(long InputTokens, CachedCount InputTokensDetails, long OutputTokens, ReasoningCount OutputTokensDetails, long TotalTokens)
{
    public static BatchUsage? Of(BatchOutput? output) => output is null ? null
        : new(output.InputTokens, new CachedCount(output.CachedTokens), output.OutputTokens, new ReasoningCount(0), output.InputTokens + output.OutputTokens);
}

internal sealed record CachedCount(long CachedTokens);

internal sealed record ReasoningCount(long ReasoningTokens);
