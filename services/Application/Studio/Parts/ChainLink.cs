using System.Globalization;
using Aigc.Application.Jobs;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Studio.Parts;

/// <summary>One link of a chain run: its jobs, and what state they are in together.</summary>
public sealed record ChainLink(string Name, string Kind, string Icon, IReadOnlyList<JobDocument> Jobs, int? Expected, bool LeftOut, int Reused = 0)
{
    private static readonly (string Name, string Kind, string Icon)[] Links =
    [
        ("Data", JobKinds.DatasetBuild, MudBlazor.Icons.Material.Outlined.Dataset),
        ("Annotation", JobKinds.LabelingCampaign, MudBlazor.Icons.Material.Outlined.Label),
        ("Training", JobKinds.TrainingRun, MudBlazor.Icons.Material.Outlined.ModelTraining),
        ("Generation", JobKinds.Generation, MudBlazor.Icons.Material.Outlined.AutoAwesome),
        ("Distribution", JobKinds.Publication, MudBlazor.Icons.Material.Outlined.Publish),
    ];

    /// <summary>Jobs ended well, here or in the run this one goes on from.</summary>
    public int Done => Jobs.Count(job => job.Status == JobStatus.Succeeded) + Reused;

    private int Begun => Jobs.Count + Reused;

    /// <summary>The job whose progress speaks for the link.</summary>
    public JobDocument? Foremost => Jobs.FirstOrDefault(job => job.Status is JobStatus.Running or JobStatus.Waiting && job.Progress is not null)
        ?? (Jobs.Count == 1 ? Jobs[0] : null);

    /// <summary>State as a word, which is also the style's.</summary>
    public string State => LeftOut ? "left-out"
        : Jobs.Any(job => job.Status == JobStatus.Failed) ? "failed"
        : Jobs.Any(job => job.Status == JobStatus.Cancelled) ? "cancelled"
        : Begun > 0 && Done >= Math.Max(Begun, Expected ?? 0) ? "succeeded"
        : Jobs.Any(job => job.Status == JobStatus.Waiting) ? "waiting"
        : Begun > 0 ? "running"
        : "pending";

    /// <summary>Share done, 0 to 1; null while unknown.</summary>
    public double? Share => State == "succeeded" ? 1
        : (Expected ?? Begun) is > 1 and var all ? (double)Done / all
        : Foremost?.Progress is { Total: > 0 and { } total } progress ? Math.Clamp(progress.Done / total, 0, 1)
        : null;

    /// <summary>One line under the name.</summary>
    public string Line => State switch
    {
        "left-out" => "not part of this chain",
        "pending" => "not started",
        "succeeded" when Jobs.Count == 0 => "reused",
        _ when (Expected ?? Begun) is > 1 and var all => $"{Done} of {all}",
        "running" or "waiting" when Foremost?.Progress is { } p => p.Total is { } total ? $"{p.Stage} {Say.Count(p.Done)}/{Say.Count(total)} {p.Unit}" : $"{p.Stage} {Say.Count(p.Done)} {p.Unit}",
        "succeeded" when Jobs[0].Usage is { Seconds: > 0 } usage => Say.Span(usage.Seconds),
        "succeeded" => Jobs[0].Title ?? State,
        _ => Jobs.Count > 0 ? Jobs[0].Stage ?? State : State,
    };

    /// <summary>How fast it goes, in what the link makes; null while that is unknown or nothing goes on.</summary>
    public string? Rate => State == "running" ? LinkRate.Of(Kind, Jobs) : null;

    /// <summary>The five links of a run. Without its request (it came by the bus) what was left out cannot be told from what has not begun.</summary>
    public static IReadOnlyList<ChainLink> Of(JobDocument chain, IReadOnlyList<JobDocument> tree)
    {
        var spec = (chain.Request?.Read() as RunChain)?.Chain;
        return [.. Links.Select(link => new ChainLink(
            link.Name,
            link.Kind,
            link.Icon,
            [.. tree.Where(job => job.Kind == link.Kind)],
            Expect(spec, link.Kind),
            spec is not null && Lacks(spec, link.Kind),
            int.Parse(chain.Result.GetValueOrDefault($"reused.{link.Kind}", "0"), CultureInfo.InvariantCulture)))];
    }

    private static int? Expect(ChainSpec? spec, string kind) => kind switch
    {
        JobKinds.Generation => spec?.Generation?.Prompts.Count,
        JobKinds.Publication => spec?.Generation?.Prompts.Count * spec?.Distribution?.Channels.Count,
        _ => null,
    };

    private static bool Lacks(ChainSpec spec, string kind) => kind switch
    {
        JobKinds.LabelingCampaign => spec.Annotation is null,
        JobKinds.TrainingRun => spec.Training is null,
        JobKinds.Generation => spec.Generation is null,
        JobKinds.Publication => spec.Distribution is null,
        _ => false,
    };
}
