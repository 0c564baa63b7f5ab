using Aigc.Application.Files.Uploads;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Files;

/// <summary>Removes what has expired: files, parts, and uploads nobody completed. Any number of processes may do it at once.</summary>
internal sealed partial class FileSweep(
    IDocumentStore<StoredFile> files,
    IDocumentStore<FileUpload> uploads,
    IDocumentStore<UploadPart> parts,
    TimeProvider time,
    IOptions<FileStoreOptions> options,
    ILogger<FileSweep> logger) : BackgroundService
{
    private const int Page = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepEvery, time);
        do
        {
            try
            {
                await Sweep(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                SweepFailed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Sweep(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await Each(files, query => query.AtMost(file => file.ExpiresAt, now), file => files.Delete(file.Id, ct), ct);
        await Each(parts, query => query.AtMost(part => part.ExpiresAt, now), part => parts.Delete(part.Id, ct), ct);
        await Each(uploads, query => query.AtMost(upload => upload.Due, now), upload => Expire(upload, ct), ct);
    }

    private async Task Expire(FileUpload upload, CancellationToken ct)
    {
        upload.Status = UploadStatus.Expired;
        upload.Due = null;
        if (await uploads.Replace(upload, ct))
        {
            // Joined by a process that died before it could say so.
            await files.Delete(upload.FileId, ct);
        }
    }

    private static async Task Each<T>(IDocumentStore<T> store, Func<DocumentQuery<T>, DocumentQuery<T>> which, Func<T, Task> act, CancellationToken ct)
        where T : class, IDocument
    {
        while (await store.Query(which(new DocumentQuery<T>()).Take(Page), ct) is { Count: > 0 } found)
        {
            foreach (var item in found)
            {
                await act(item);
            }

            if (found.Count < Page)
            {
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweep of files failed and will be tried again.")]
    private static partial void SweepFailed(ILogger logger, Exception failure);
}
