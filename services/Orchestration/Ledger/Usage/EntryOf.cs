using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;

namespace Aigc.Orchestration.Ledger.Usage;

/// <summary>Entries out of the events by which the chain tells what it did. Null for what costs nobody anything.</summary>
internal static class EntryOf
{
    private const string Text = "text";

    // Facts under which jobs tell the digest of what they made.
    private static readonly string[] Made = ["modelDigest", "dataset", "contentId", "digest"];

    /// <summary>An answer. Its id is the generation's: an answer that is told again, or told after its client had left, counts once.</summary>
    public static UsageEntry? Answer(TextGenerated done, PriceList prices, DateTimeOffset at)
    {
        if (done.Job is not { } job)
        {
            return null;
        }

        var quantities = Meters.OfText(done.PromptTokens, done.CachedPromptTokens, done.CompletionTokens);
        quantities[Meters.AnswerSeconds] = Milliseconds(done.Usage.Seconds);
        return Of(done.GenerationId, Text, job, done.Model, done.ModelDigest, quantities, prices, at);
    }

    /// <summary>An answer nobody waited for to the end.</summary>
    public static UsageEntry? Cancelled(TextGenerationFailed failed, PriceList prices, DateTimeOffset at) =>
        failed.Job is { } job && failed.PromptTokens + failed.CompletionTokens > 0
            ? Of(failed.GenerationId, Text, job, failed.Model, null, Meters.OfText(failed.PromptTokens, 0, failed.CompletionTokens), prices, at)
            : null;

    public static UsageEntry Measured(UsageMeasured measured, PriceList prices, DateTimeOffset at) =>
        Of(measured.UsageId, measured.Kind, measured.Job, measured.Model, measured.Artifact, measured.Quantities.ToDictionary(), prices, at);

    /// <summary>
    /// A job that ended, well or not: what it used was used. A chain is the sum of its links, which tell of themselves; a generation's answer has been told.
    /// </summary>
    public static UsageEntry? Job(JobChanged change, PriceList prices, DateTimeOffset at)
    {
        if (change is { Kind: JobKinds.Chain or JobKinds.Generation } or { Status: not (JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled) })
        {
            return null;
        }

        var quantities = Used(change).Where(used => used.Value > 0).ToDictionary();
        var result = change.Result;
        return quantities.Count == 0 ? null : Of(
            change.JobId,
            change.Kind,
            change.Job,
            change.Kind is JobKinds.TrainingRun or JobKinds.ModelImport ? result.GetValueOrDefault("model") ?? change.Title : null,
            Made.Select(fact => result.GetValueOrDefault(fact)).FirstOrDefault(digest => digest is not null),
            quantities,
            prices,
            at);
    }

    private static Dictionary<string, long> Used(JobChanged change)
    {
        var usage = change.Usage ?? new StepUsage();
        var fresh = change.Status == JobStatus.Succeeded && change.Result.GetValueOrDefault("reused") != "true";
        var processor = usage.Device == "cpu";
        return new()
        {
            [Meters.CpuSeconds] = processor ? Milliseconds(usage.CpuSeconds > 0 ? usage.CpuSeconds : usage.Seconds) : Milliseconds(usage.CpuSeconds),
            [Meters.GpuSeconds] = processor ? 0 : Milliseconds(usage.Seconds),
            [Meters.TrainingHours] = change.Kind == JobKinds.TrainingRun ? Milliseconds(usage.Seconds) : 0,
            [Meters.PeopleHours] = Milliseconds(usage.PeopleSeconds),
            [Meters.StoredGibibytes] = usage.StoredBytes,
            [Meters.Tasks] = fresh && change.Kind == JobKinds.LabelingCampaign && long.TryParse(change.Result.GetValueOrDefault("agreed"), out var agreed) ? agreed : 0,
            [Meters.Publications] = fresh && change.Kind == JobKinds.Publication ? 1 : 0,
        };
    }

    private static UsageEntry Of(
        Guid id, string kind, JobLink job, string? model, string? artifact, Dictionary<string, long> quantities, PriceList prices, DateTimeOffset at) => new()
        {
            Id = $"{id:N}.{kind}",
            Tenant = job.Tenant,
            Key = job.Key,
            User = job.User,
            Kind = kind,
            Model = model,
            Chain = job.RootId == id ? null : job.RootId.ToString(),
            Job = id.ToString(),
            Artifact = artifact,
            Quantities = quantities,
            // What was set aside for it is the most it costs: the one who asked was told that there was enough.
            Money = job.Charge is { } charge ? Math.Min(Meters.Cost(quantities, charge.Rates), charge.Most) : Meters.Cost(quantities, prices.RatesOf(model, at)),
            At = at,
            Holder = job.Charge?.Holder ?? job.RootId.ToString(),
            Open = true,
        };

    private static long Milliseconds(double seconds) => seconds is > 0 and < 1e12 ? (long)Math.Ceiling(seconds * 1000) : 0;
}
