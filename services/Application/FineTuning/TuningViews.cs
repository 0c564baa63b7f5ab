using System.Globalization;
using Aigc.Application.Jobs;
using Aigc.Contracts.Jobs;

namespace Aigc.Application.FineTuning;

/// <summary>A fine-tuning job as OpenAI's API shows it. Times are Unix seconds.</summary>
internal sealed record TuningView(
    string Id,
    string Object,
    long CreatedAt,
    TuningError? Error,
    string? FineTunedModel,
    long? FinishedAt,
    TuningHyperparameters Hyperparameters,
    string Model,
    string OrganizationId,
    IReadOnlyList<string> ResultFiles,
    int Seed,
    string Status,
    long? TrainedTokens,
    string TrainingFile,
    string? ValidationFile,
    long? EstimatedFinish,
    IReadOnlyList<object> Integrations,
    IReadOnlyDictionary<string, string> Metadata,
    TuningMethod Method)
{
    /// <param name="run">The job.</param>
    /// <param name="training">Its training run, as last heard; null when it has not been.</param>
    /// <param name="now">The time.</param>
    public static TuningView Of(TuningRun run, JobDocument? training, DateTimeOffset now)
    {
        var hyperparameters = new TuningHyperparameters(run.Request.Epochs is { } epochs ? epochs : "auto", "auto", "auto");
        return new(
            TuningRun.IdOf(run.CorrelationId),
            "fine_tuning.job",
            run.CreatedAt.ToUnixTimeSeconds(),
            run.Problem is { } problem ? new TuningError(problem.Code, problem.Message, problem.Param) : null,
            run.Model is null ? null : run.Request.PublicName,
            run.EndedAt?.ToUnixTimeSeconds(),
            hyperparameters,
            run.Request.Base,
            run.Tenant,
            [],
            run.Request.Training.Seed,
            StatusOf(run, training),
            null,
            run.Request.TrainingFile,
            run.Request.ValidationFile,
            run.EndedAt is null && training?.Progress is { Stage: "fit", EtaSeconds: { } eta } ? now.AddSeconds(eta).ToUnixTimeSeconds() : null,
            [],
            run.Request.Metadata.ToDictionary(pair => pair.Key, pair => pair.Value),
            new TuningMethod("supervised", new SupervisedMethod(hyperparameters)));
    }

    private static string StatusOf(TuningRun run, JobDocument? training) => run.CurrentState switch
    {
        nameof(TuningStateMachine.Succeeded) => "succeeded",
        nameof(TuningStateMachine.Failed) => "failed",
        nameof(TuningStateMachine.Cancelled) => "cancelled",
        nameof(TuningStateMachine.Training) => training is null or { Status: JobStatus.Queued } ? "queued" : "running",
        _ => "validating_files",
    };
}

internal sealed record TuningError(string Code, string Message, string? Param);

/// <summary>What was asked for; <c>auto</c> where it was left to the trainer.</summary>
internal sealed record TuningHyperparameters(object NEpochs, object BatchSize, object LearningRateMultiplier);

internal sealed record TuningMethod(string Type, SupervisedMethod Supervised);

internal sealed record SupervisedMethod(TuningHyperparameters Hyperparameters);

/// <summary>Something that happened to a fine-tuning job.</summary>
internal sealed record TuningEventView(string Id, string Object, long CreatedAt, string Level, string Message, string Type, IReadOnlyDictionary<string, double>? Data)
{
    private const string Prefix = "ftevent-";

    public static TuningEventView Of(JobEvent entry) => new(
        $"{Prefix}{entry.Id[..36].Replace("-", "", StringComparison.Ordinal)}-{entry.Number.ToString(CultureInfo.InvariantCulture)}",
        "fine_tuning.job.event",
        entry.At.ToUnixTimeSeconds(),
        entry.Change is { Status: JobStatus.Failed } ? "error" : "info",
        entry.Change is { } change ? Said(change) : Said(entry.Progress!),
        entry.Progress is null ? "message" : "metrics",
        entry.Progress is { } progress ? Figures(progress) : null);

    /// <summary>The log's id of an event of this job; null when it is none.</summary>
    public static string? Parse(string root, string id) =>
        id.StartsWith($"{Prefix}{root.Replace("-", "", StringComparison.Ordinal)}-", StringComparison.Ordinal)
        && long.TryParse(id.AsSpan(id.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? JobEvent.IdOf(root, number) : null;

    private static string Said(ChangeEntry change) => change switch
    {
        { Error: { } error } => error.Message,
        { Stage: { } stage } => $"{(change.Kind == JobKinds.FineTuning ? "Job" : "Training run")}: {stage}",
        _ => "The job was accepted.",
    };

    private static string Said(ProgressEntry progress) => progress.Facts.TryGetValue("loss", out var loss)
        ? $"Step {progress.Facts.GetValueOrDefault("step")}: training loss={loss}"
        : string.Create(CultureInfo.InvariantCulture, $"{progress.Stage}: {progress.Done:0.#} of {progress.Total?.ToString("0.#", CultureInfo.InvariantCulture) ?? "?"} {progress.Unit}");

    private static Dictionary<string, double> Figures(ProgressEntry progress)
    {
        var figures = new Dictionary<string, double>();
        Add("step", "step");
        Add("loss", "train_loss");
        return figures;

        void Add(string fact, string name)
        {
            if (progress.Facts.TryGetValue(fact, out var text) && double.TryParse(text, CultureInfo.InvariantCulture, out var figure))
            {
                figures[name] = figure;
            }
        }
    }
}

/// <summary>A model a job has made. The trainer keeps one, the last; those on the way serve to go on after a crash and are not served.</summary>
internal sealed record TuningCheckpoint(
    string Id, string Object, long CreatedAt, string FineTunedModelCheckpoint, string FineTuningJobId, IReadOnlyDictionary<string, double> Metrics, int StepNumber)
{
    public static IReadOnlyList<TuningCheckpoint> Of(TuningRun run) => run is { Model: not null, Evaluation: { Loss: [.., var last] } }
        ?
        [
            new(
                $"ftckpt_{run.CorrelationId:N}",
                "fine_tuning.job.checkpoint",
                run.EndedAt!.Value.ToUnixTimeSeconds(),
                run.Request.PublicName,
                TuningRun.IdOf(run.CorrelationId),
                new Dictionary<string, double> { ["step"] = last.Step, ["train_loss"] = last.Loss },
                last.Step),
        ]
        : [];
}
