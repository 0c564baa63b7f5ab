using Aigc.Application.Batches;
using Aigc.Application.Files;
using Aigc.Application.Jobs;
using Aigc.Application.OpenAI;
using Aigc.Application.Paging;
using Aigc.Application.Spending;
using Aigc.Contracts.Application;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Application.FineTuning;

/// <summary>Takes fine-tuning jobs in and finds them again. What they tell of their training is what the run's own job was heard to say.</summary>
internal sealed class TuningDesk(
    IDocumentStore<TuningRun> runs,
    IDocumentStore<JobDocument> jobs,
    IDocumentStore<JobEvent> log,
    FileArchive files,
    JobDesk desk,
    Payers payers,
    TimeProvider time,
    IOptions<FineTuningOptions> options)
{
    /// <exception cref="ProblemException">A field is wrong, or there is no such file.</exception>
    public async Task<TuningView> Create(string tenant, RequestBody body, CancellationToken ct)
    {
        var request = TuningRequest.Read(body);
        var metadata = BatchMetadata.Read(body);
        body.Done();
        var examples = await FileOf(tenant, request.TrainingFile, "training_file", ct);
        var validation = request.ValidationFile is { } id ? await FileOf(tenant, id, "validation_file", ct) : null;
        var now = time.GetUtcNow();
        var tuning = Guid.CreateVersion7(now);
        var name = TunedNames.Of(request.Base, tenant, request.Suffix, tuning);
        var command = new FineTune
        {
            TuningId = tuning,
            Job = payers.Link(tuning, tenant),
            Base = request.Base,
            PublicName = name,
            ModelName = TunedNames.Registered(name),
            Examples = examples.Artifact,
            Validation = validation?.Artifact,
            TrainingFile = examples.Id,
            ValidationFile = validation?.Id,
            Epochs = request.Epochs,
            Metadata = metadata,
            Training = new TrainingSpec
            {
                Shape = request.Shape,
                Seed = request.Seed,
                Budget = new TrainingBudget { Minutes = options.Value.MaxMinutes, Epochs = request.Epochs, Steps = request.Epochs is null ? options.Value.AutoSteps : null },
                // OpenAI serves what was trained, and says how good it is; so does this.
                Gate = new TrainingGate { BetterThan = "none" },
            },
        };
        await desk.Submit(JobKinds.FineTuning, tuning, command.Job, command.ModelName, command, ct);
        var run = TuningRun.Accepted(command, now);
        // Unless the command was quicker and the saga has written it already.
        await runs.Insert(run, ct);
        return TuningView.Of(run, null, now);
    }

    /// <summary>The job, or null when this tenant has none of that id.</summary>
    public async Task<TuningRun?> Find(string tenant, string id, CancellationToken ct) =>
        TuningRun.Parse(id) is { } guid && await runs.Find(guid.ToString(), ct) is { } run && run.Tenant == tenant ? run : null;

    public async Task<TuningView> View(TuningRun run, CancellationToken ct) => TuningView.Of(run, await jobs.Find(run.RunId.ToString(), ct), time.GetUtcNow());

    /// <summary>A page of jobs, newest first.</summary>
    public async Task<ItemPage<TuningView>> List(string tenant, PageAsked asked, CancellationToken ct)
    {
        var after = asked.After is null ? null
            : TuningRun.Parse(asked.After)?.ToString() ?? throw RequestBody.Invalid("after", $"'{asked.After}' is no id of a fine-tuning job.");
        var page = await (asked with { After = after }).Read(runs, () => new DocumentQuery<TuningRun>().Where(run => run.Tenant, tenant), run => run.Id, ct);
        var views = new List<TuningView>();
        foreach (var run in page.Items)
        {
            views.Add(await View(run, ct));
        }

        return new ItemPage<TuningView>(views, page.HasMore);
    }

    /// <summary>What happened, newest first: entries of the log that the job and its training run share.</summary>
    public async Task<ItemPage<TuningEventView>> Events(TuningRun run, PageAsked asked, CancellationToken ct)
    {
        var (first, last) = (JobEvent.IdOf(run.Id, 0), JobEvent.IdOf(run.Id, 999_999_999_999));
        var after = asked.After is null ? null : TuningEventView.Parse(run.Id, asked.After) ?? throw RequestBody.Invalid("after", $"'{asked.After}' is no id of an event of this job.");
        var page = await (asked with { After = after }).Read(log, () => new DocumentQuery<JobEvent>().AtLeast(e => e.Id, first).AtMost(e => e.Id, last), e => e.Id, ct);
        return new ItemPage<TuningEventView>([.. page.Items.Select(TuningEventView.Of)], page.HasMore);
    }

    /// <summary>Stops a job and its training run.</summary>
    public async Task<TuningView> Cancel(TuningRun run, CancellationToken ct)
    {
        if (run.EndedAt is not null)
        {
            throw new ProblemException("conflict", $"This job has ended; it is {run.CurrentState.ToLowerInvariant()}.", "fine_tuning_job_id");
        }

        if (await jobs.Find(run.Id, ct) is { } job)
        {
            await desk.Cancel(job, ct);
        }

        return await View(run, ct) with { Status = "cancelled" };
    }

    private async Task<StoredFile> FileOf(string tenant, string id, string param, CancellationToken ct)
    {
        var file = await files.Find(tenant, id, ct) ?? throw RequestBody.Invalid(param, $"There is no file '{id}'.");
        return file.Purpose == FilePurpose.FineTune.Name
            ? file
            : throw RequestBody.Invalid(param, $"The file '{id}' was uploaded for {file.Purpose}; upload it for {FilePurpose.FineTune.Name}.");
    }
}
