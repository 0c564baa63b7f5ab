using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.ModelTraining.Imports;

/// <summary>
/// Removes the folders of imports that have ended: cancelled, given up, or finished by a process that was killed before it could tidy up. Looks at the
/// start and from time to time; an import that goes on keeps what it has, whoever goes on with it.
/// </summary>
internal sealed partial class ImportSweep(
    ImportFolders folders, IDocumentStore<ImportRun> runs, TimeProvider time, IOptions<ImportOptions> options, ILogger<ImportSweep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepEvery, time);
        try
        {
            do
                await Sweep(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    async Task Sweep(CancellationToken ct)
    {
        foreach (var (import, directory) in folders.All())
        {
            try
            {
                // A saga is saved before it orders the files, so a folder without one is of a store that is gone.
                if (folders.IsInUse(import) || (await runs.Find(import.ToString(), ct) is { } run && !run.HasEnded()))
                    continue;
                Directory.Delete(directory, recursive: true);
                LogRemoved(logger, import);
            }
            catch (Exception failure) when (!ct.IsCancellationRequested)
            {
                LogKept(logger, import, failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Import {ImportId} has ended: its folder is removed")]
    private static partial void LogRemoved(ILogger logger, Guid importId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The folder of import {ImportId} could not be removed; the next round tries again")]
    private static partial void LogKept(ILogger logger, Guid importId, Exception error);
}
