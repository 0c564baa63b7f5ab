using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Standalone.Chains;
using Aigc.Storage.Artifacts;
using Spectre.Console;

namespace Aigc.Standalone.Imports;

/// <summary>What was typed.</summary>
internal sealed record PullRequest(string Model, string? Subfolder, string? Variant, string? Name, string Tier)
{
    /// <summary>Where the model is: a folder when there is one of that name, else the hub.</summary>
    public ModelSource Source()
    {
        if (Path.IsPathRooted(Model) || Directory.Exists(Model))
        {
            return new ModelSource { Directory = Path.GetFullPath(Path.Combine(Model, Subfolder ?? "")), Variant = Variant };
        }

        var at = Model.IndexOf('@', StringComparison.Ordinal);
        var hub = at < 0 ? new HubModel { Name = Model } : new HubModel { Name = Model[..at], Revision = Model[(at + 1)..] };
        return new ModelSource { Hub = hub with { Subfolder = Subfolder }, Variant = Variant };
    }
}

/// <summary>Brings a model: submits the import, shows how far it is, and says what became of it.</summary>
internal static class PullCommand
{
    public static Task<int> Run(PullRequest request, DoorRequest door, CancellationToken ct) => PlatformDoor.Use(door, (client, _) => RunOn(client, request, ct), ct);

    private static async Task<int> RunOn(PlatformClient client, PullRequest request, CancellationToken ct)
    {
        var source = request.Source();
        var identity = Digest.OfParts("pull", source.Directory ?? $"{source.Hub!.Name}@{source.Hub.Revision}", source.Hub?.Subfolder ?? "", request.Variant ?? "", request.Name ?? "", request.Tier);
        var job = await client.Open(identity, key => client.Import(new { request.Name, request.Tier, source }, key, ct), ct);
        try
        {
            await Show(client, job, ct);
        }
        catch (OperationCanceledException)
        {
            AnsiConsole.MarkupLine("[yellow]Stopped.[/] Run the same command again to go on from here.");
            return 130;
        }

        job = await client.Get(job.Id, ct);
        if (job.Status != JobStatus.Succeeded)
        {
            return PlatformDoor.Refuse(job.Error?.Message ?? $"The import ended {job.Status}.");
        }

        AnsiConsole.MarkupLineInterpolated($"[bold]{job.Title}[/] is registered: {job.Result.GetValueOrDefault("origin")}, {job.Result.GetValueOrDefault("bytes")} bytes, {job.Result.GetValueOrDefault("modelDigest")}");
        return 0;
    }

    private static Task Show(PlatformClient client, JobInfo job, CancellationToken ct) =>
        AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn()).StartAsync(async progress =>
        {
            var bar = progress.AddTask(Markup.Escape(job.Title ?? "import")).IsIndeterminate();
            await foreach (var happened in client.Follow(job.Id, ct))
            {
                if (happened is { Unit: "bytes" })
                {
                    bar.IsIndeterminate(happened.Total is null);
                    (bar.MaxValue, bar.Value) = (Math.Max(1, happened.Total ?? happened.Done), happened.Done);
                }
            }
        });
}
