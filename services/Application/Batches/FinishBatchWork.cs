using Aigc.Application.Batches.Lines;
using Aigc.Application.Files;
using Aigc.Application.Files.Lines;
using Aigc.Contracts;
using Aigc.Contracts.Application;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Application.Batches;

/// <summary>
/// Writes the results into files. First every line without a result gets one that says so, and the first result of a line stays: from
/// then on the results cannot change, and whoever writes them writes the same. They are forgotten after it is written down that they
/// are in files.
/// </summary>
internal sealed class FinishBatchWork(
    LineResults results,
    IDocumentStore<WrittenBatch> written,
    IDocumentStore<StoredFile> files,
    IArtifactStore artifacts,
    AigcPaths paths,
    TimeProvider time) : IWork<FinishBatch>
{
    private const int SealedAtOnce = 32;

    public string IdOf(FinishBatch command) => $"batch-finish/{command.BatchId}";

    // Not the batch itself: cancelling a batch stops its work, and this is what must be done all the same.
    public (Guid JobId, JobLink Job) JobOf(FinishBatch command) => (Digest.ToGuid("batch-finish", command.BatchId.ToString("N")), command.Job);

    public object Failed(FinishBatch command, Problem problem) => new BatchStepFailed { BatchId = command.BatchId, Problem = problem };

    public async Task<object> Run(FinishBatch command, WorkContext context, CancellationToken ct)
    {
        var id = command.BatchId.ToString("N");
        if (await written.Find(id, ct) is not { } done)
        {
            await Seal(command, ct);
            done = new WrittenBatch { Id = id, Output = await Write(command, ct) };
            done = await written.Insert(done, ct) ? done : (await written.Find(id, ct))!;
        }

        await results.Forget(command.BatchId, ct);
        return new BatchWritten { BatchId = command.BatchId, Output = done.Output };
    }

    private async Task Seal(FinishBatch command, CancellationToken ct)
    {
        var done = new HashSet<int>();
        await foreach (var result in results.Of(command.BatchId, ct))
        {
            done.Add(result.Line);
        }

        if (done.Count >= command.Lines)
        {
            return;
        }

        await using var input = await artifacts.Open(command.Input.Digest, ct);
        await Parallel.ForEachAsync(
            JsonLine.ReadAll(input, ct),
            new ParallelOptions { MaxDegreeOfParallelism = SealedAtOnce, CancellationToken = ct },
            async (line, token) =>
            {
                if (!done.Contains(line.Number))
                {
                    await results.Keep(ResultLine.Unrun(command.BatchId, line.Number, line.Text("custom_id")!, command.Unrun, time.GetUtcNow()), token);
                }
            });
    }

    private async Task<BatchOutput> Write(FinishBatch command, CancellationToken ct)
    {
        var scratch = paths.NewScratch();
        try
        {
            var (answers, errors) = (Path.Combine(scratch, "output.jsonl"), Path.Combine(scratch, "errors.jsonl"));
            var output = await Sort(command, answers, errors, ct);
            return output with
            {
                OutputFileId = output.Completed > 0 ? await Store(command, "output", answers, ct) : null,
                ErrorFileId = output.Failed > 0 ? await Store(command, "error", errors, ct) : null,
            };
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private async Task<BatchOutput> Sort(FinishBatch command, string answers, string errors, CancellationToken ct)
    {
        var output = new BatchOutput();
        await using var good = new StreamWriter(answers);
        await using var bad = new StreamWriter(errors);
        await foreach (var result in results.Of(command.BatchId, ct))
        {
            await (result.Failed ? bad : good).WriteAsync($"{result.Text}\n".AsMemory(), ct);
            output = output with
            {
                Completed = output.Completed + (result.Failed ? 0 : 1),
                Failed = output.Failed + (result.Failed ? 1 : 0),
                InputTokens = output.InputTokens + result.Usage.Input,
                CachedTokens = output.CachedTokens + result.Usage.Cached,
                OutputTokens = output.OutputTokens + result.Usage.Output,
            };
        }

        return output;
    }

    private async Task<string> Store(FinishBatch command, string kind, string path, CancellationToken ct)
    {
        await using var bytes = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous);
        var now = time.GetUtcNow();
        var file = new StoredFile
        {
            Id = FileIdOf(command.BatchId, kind),
            Tenant = command.Job.Tenant,
            FileName = $"{BatchRun.IdOf(command.BatchId)}_{kind}.jsonl",
            Purpose = FilePurpose.BatchOutput,
            Artifact = await artifacts.Put(bytes, "application/jsonl", ct),
            CreatedAt = now,
            ExpiresAt = now + command.OutputLife,
        };
        await files.Insert(file, ct);
        return file.Id;
    }

    // Of the batch's own id, so that writing again is writing the same file; it begins with the time, as ids of files do.
    private static string FileIdOf(Guid batch, string kind) =>
        $"file-{batch.ToString("N")[..12]}{Digest.ToGuid("batch-file", kind, batch.ToString("N")).ToString("N")[..20]}";
}
