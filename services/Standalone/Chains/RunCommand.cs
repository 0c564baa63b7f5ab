using System.Globalization;
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
            return Refuse($"There is no file '{request.Chain.FullName}'.");
        }

        var dataRoot = PlatformSettings.DefaultDataRoot();
        try
        {
            if (request.Server is { } server)
            {
                return await RunOn(server, request.Key ?? StoredKey(dataRoot), request, dataRoot, ct);
            }

            using var held = DataRootLock.TryTake(dataRoot);
            return held is null
                ? await RunOn(DataRootLock.AddressOfHolder(dataRoot) ?? throw new PlatformRefusedException($"Another process uses {dataRoot} and does not serve yet; try again."), StoredKey(dataRoot), request, dataRoot, ct)
                : await RunHere(held, request, dataRoot, ct);
        }
        catch (Exception refused) when (refused is PlatformRefusedException or HttpRequestException)
        {
            return Refuse(refused.Message);
        }
    }

    private static async Task<int> RunHere(DataRootLock held, RunRequest request, string dataRoot, CancellationToken ct)
    {
        // Whoever starts a chain on their own machine may have it read and write where they themselves may.
        var settings = new PlatformSettings { Url = "http://127.0.0.1:0", DataRoot = dataRoot, FileRoots = [Path.GetPathRoot(dataRoot)!], Log = request.Verbose };
        await using var platform = await PlatformHost.Start(settings, ct);
        held.ServesAt(platform.Address);
        return await RunOn(platform.Address, platform.Key?.Secret ?? request.Key ?? StoredKey(dataRoot), request, dataRoot, ct);
    }

    private static async Task<int> RunOn(Uri address, string key, RunRequest request, string dataRoot, CancellationToken ct)
    {
        using var client = new PlatformClient(address, key);
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

    /// <summary>
    /// The run of this file that has not ended, or a new one. Runs of one file are numbered, and the number is part of the request's
    /// key: the same key finds the same run, whoever was killed in between.
    /// </summary>
    private static async Task<JobInfo> Submit(PlatformClient client, FileInfo file, CancellationToken ct)
    {
        var document = await File.ReadAllTextAsync(file.FullName, ct);
        var baseDirectory = Directory.GetCurrentDirectory();
        var identity = Digest.OfParts(document, baseDirectory);
        var started = TimeProvider.System.GetUtcNow();
        for (var number = 1; ; number++)
        {
            var job = await client.Submit(document, baseDirectory, $"{identity}/{number.ToString(CultureInfo.InvariantCulture)}", ct);
            // A run in which everything is known already may have ended before it is looked at.
            if (job.CreatedAt >= started || !(await client.Get(job.Id, ct)).Ended)
            {
                return job;
            }
        }
    }

    private static string StoredKey(string dataRoot)
    {
        var path = Path.Combine(dataRoot, "api-key");
        return File.Exists(path)
            ? File.ReadAllText(path).Trim()
            : throw new PlatformRefusedException($"There is no key in {path}; give one with --key.");
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
