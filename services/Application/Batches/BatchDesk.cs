using System.Text.Json;
using Aigc.Application.Batches.Lines;
using Aigc.Application.Files;
using Aigc.Application.Jobs;
using Aigc.Application.OpenAI;
using Aigc.Application.Paging;
using Aigc.Application.Spending;
using Aigc.Contracts.Application;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.Storage.Documents;

namespace Aigc.Application.Batches;

/// <summary>Takes batches in and finds them again. The saga is the truth; how far its lines are is what its job was last heard to say.</summary>
internal sealed class BatchDesk(
    IDocumentStore<BatchRun> batches,
    IDocumentStore<JobDocument> jobs,
    FileArchive files,
    JobDesk desk,
    LineRunner runner,
    Payers payers,
    TimeProvider time)
{
    private const string Window = "24h";

    /// <exception cref="ProblemException">A field is wrong, or there is no such file.</exception>
    public async Task<BatchView> Create(string tenant, RequestBody body, CancellationToken ct)
    {
        var (input, endpoint, window) = (body.Required("input_file_id"), body.Required("endpoint"), body.Required("completion_window"));
        var (metadata, life) = (BatchMetadata.Read(body), FileLife.Read(body, "output_expires_after"));
        body.Done();
        if (!runner.Routes.Contains(endpoint))
        {
            throw RequestBody.Invalid("endpoint", $"'{endpoint}' cannot be asked in a batch; it is one of {string.Join(", ", runner.Routes.Order(StringComparer.Ordinal))}.");
        }

        if (window != Window)
        {
            throw RequestBody.Invalid("completion_window", $"completion_window must be {Window}.");
        }

        var file = await files.Find(tenant, input, ct) ?? throw RequestBody.Invalid("input_file_id", $"There is no file '{input}'.");
        if (file.Purpose != FilePurpose.Batch.Name)
        {
            throw RequestBody.Invalid("input_file_id", $"The file '{input}' was uploaded for {file.Purpose}; upload it for {FilePurpose.Batch.Name}.");
        }

        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        return await Accept(
            new RunBatch
            {
                BatchId = id,
                Job = payers.Link(id, tenant),
                Endpoint = endpoint,
                Input = file.Artifact,
                InputFileId = file.Id,
                InputFileName = file.FileName,
                OutputLife = life,
                Metadata = metadata,
            },
            now,
            ct);
    }

    /// <summary>The batch, or null when this tenant has none of that id.</summary>
    public async Task<BatchRun?> Find(string tenant, string id, CancellationToken ct) =>
        BatchRun.Parse(id) is { } guid && await batches.Find(guid.ToString(), ct) is { } run && run.Tenant == tenant ? run : null;

    public async Task<BatchView> View(BatchRun run, CancellationToken ct) => BatchView.Of(run, await jobs.Find(run.Id, ct));

    /// <summary>A page of batches, newest first.</summary>
    public async Task<ItemPage<BatchView>> List(string tenant, PageAsked asked, CancellationToken ct)
    {
        // The saga's own id is the batch's without its prefix.
        var after = asked.After is null ? null
            : BatchRun.Parse(asked.After)?.ToString() ?? throw new ProblemException("invalid_value", $"'{asked.After}' is no id of a batch.", "after");
        var page = await (asked with { After = after }).Read(batches, () => new DocumentQuery<BatchRun>().Where(run => run.Tenant, tenant), run => run.Id, ct);
        var views = new List<BatchView>();
        foreach (var run in page.Items)
        {
            views.Add(await View(run, ct));
        }

        return new ItemPage<BatchView>(views, page.HasMore);
    }

    /// <summary>Asks for a batch to be stopped. What was finished is written.</summary>
    public async Task<BatchView> Cancel(BatchRun run, CancellationToken ct)
    {
        if (BatchStatus.Of(run) is { Ended: true, Name: var name })
        {
            throw new ProblemException("conflict", $"This batch has ended; it is {name}.", "batch_id");
        }

        var job = await jobs.Find(run.Id, ct);
        if (job is not null)
        {
            await desk.Cancel(job, ct);
        }

        return BatchView.Of(run, job) with { Status = BatchStatus.Cancelling.Name, CancellingAt = (run.CancellingAt ?? time.GetUtcNow()).ToUnixTimeSeconds() };
    }

    private async Task<BatchView> Accept(RunBatch command, DateTimeOffset now, CancellationToken ct)
    {
        var job = await desk.Submit(JobKinds.Batch, command.BatchId, command.Job, command.InputFileName, command, ct);
        var run = BatchRun.Accepted(command, now);
        // Unless the command was quicker and the saga has written it already.
        await batches.Insert(run, ct);
        return BatchView.Of(run, job);
    }
}
