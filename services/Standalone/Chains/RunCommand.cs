using Aigc.Contracts.Jobs;
using Aigc.Standalone.Platform;
using Aigc.Standalone.Terminal;
using Aigc.Storage.Artifacts;
using Spectre.Console;

namespace Aigc.Standalone.Chains;

/// <summary>What was typed.</summary>
internal sealed record RunRequest(FileInfo Chain, Uri? Server, string? Key, bool Verbose);

/// <summary>Runs a chain: finds or starts a platform, submits the file, shows what happens, and sums up.</summary>
internal static class RunCommand
{
    public static async Task<int> Run(RunRequest request, CancellationToken ct)
    {
        if (!request.Chain.Exists)
        {
            return PlatformDoor.Refuse($"There is no file '{request.Chain.FullName}'.");
        }

        return await PlatformDoor.Use(new DoorRequest(request.Server, request.Key, request.Verbose), (client, dataRoot) => RunOn(client, request, dataRoot, ct), ct);
    }

    private static async Task<int> RunOn(PlatformClient client, RunRequest request, string dataRoot, CancellationToken ct)
    {
        var job = await Submit(client, request.Chain, ct);
        var display = ChainDisplay.Create(AnsiConsole.Console);
        var view = new ChainView(job);
        AnsiConsole.MarkupLineInterpolated($"Chain [bold]{job.Title}[/]   job {job.Id}   data in {dataRoot}");
        try
        {
            await display.Show(view, client.Follow(job.Id, ct), ct);
        }
        catch (OperationCanceledException)
        {
            AnsiConsole.MarkupLine("[yellow]Stopped.[/] Run the same command again to go on from here.");
            return 130;
        }

        job = await client.Get(job.Id, ct);
        var training = job.Children.FirstOrDefault(child => child.Kind == JobKinds.TrainingRun);
        var loss = training is null ? [] : await client.LossOf(training.Id, ct);
        Summary.Write(AnsiConsole.Console, job, loss, Path.Combine(dataRoot, "plots"));
        return job.Status == JobStatus.Succeeded ? 0 : 1;
    }

    /// <summary>The run of this file that has not ended, or a new one.</summary>
    private static async Task<JobInfo> Submit(PlatformClient client, FileInfo file, CancellationToken ct)
    {
        var document = await File.ReadAllTextAsync(file.FullName, ct);
        var baseDirectory = Directory.GetCurrentDirectory();
        var identity = Digest.OfParts(document, baseDirectory);
        return await client.Open(identity, key => client.Submit(document, baseDirectory, key, ct), ct);
    }
}
