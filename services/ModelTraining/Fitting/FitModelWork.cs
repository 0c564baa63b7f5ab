using System.Globalization;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Models.Folders;
using Aigc.Models.Training;
using Aigc.ModelTraining.Supervision;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.ModelTraining.Fitting;

/// <summary>
/// Fits, measures and exports a model. Everything unfinished lies in a folder of the run, so whoever takes the work over goes on from
/// the last checkpoint; everything finished is found by the key of its inputs.
/// </summary>
internal sealed class FitModelWork(
    TrainerSupervisor supervisor,
    IDocumentStore<TrainedModel> models,
    ArtifactFolders folders,
    AigcPaths paths,
    TimeProvider time,
    IOptions<SupervisionOptions> options) : IWork<FitModel>
{
    public string IdOf(FitModel command) => $"fit/{command.RunId}";

    public (Guid JobId, JobLink Job) JobOf(FitModel command) => (command.RunId, command.Job);

    public object Failed(FitModel command, Problem problem) => new FitFailed { RunId = command.RunId, Problem = problem };

    public async Task<object> Run(FitModel command, WorkContext context, CancellationToken ct)
    {
        TrainingRules.Check(command);
        var key = TrainedModel.KeyOf(command);
        // One whose files were erased since is trained again.
        var known = await models.Find(key, ct);
        if (known is not null && await folders.IsWhole(known.Model.Folder, ct))
        {
            await Show(command, known, ct);
            return Fitted(command, known, new StepUsage(), reused: known.RunId != command.RunId);
        }

        var started = time.GetTimestamp();
        var directory = paths.WorkFolder("training", command.RunId);
        TrainerJson.WriteFile(Path.Combine(directory, TrainerJob.FileName), await Job(command, ct));
        var run = await Supervised(directory, context, ct);
        var folder = await folders.Pack(Path.Combine(directory, TrainerJob.ModelDirectory), ct);
        var trained = Trained(command, key, folder, run);
        trained.Version = known?.Version ?? 0;
        if (!(known is null ? await models.Insert(trained, ct) : await models.Replace(trained, ct)))
            trained = await models.Find(key, ct) ?? trained;
        await Show(command, trained, ct);
        Directory.Delete(directory, recursive: true);
        var usage = new StepUsage
        {
            Seconds = time.GetElapsedTime(started).TotalSeconds,
            CpuSeconds = run.CpuSeconds,
            PeakMemoryBytes = run.PeakMemoryBytes,
            StoredBytes = folder.Size,
        };
        return Fitted(command, trained, usage, reused: trained.RunId != command.RunId);
    }

    async Task<SupervisedRun> Supervised(string directory, WorkContext context, CancellationToken ct)
    {
        try
        {
            return await supervisor.Run(directory, value => Tell(context, value, ct), ct);
        }
        catch (ProblemException)
        {
            // The same job would be refused again; nothing in its folder is worth going on from.
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>A copy for people, <c>models/&lt;name&gt;</c> under the data root, of a model that passed its gate.</summary>
    async Task Show(FitModel command, TrainedModel trained, CancellationToken ct)
    {
        if (TrainingRules.Passes(command.Training.Gate, trained.Evaluation))
            await folders.Materialize(trained.Model.Folder, paths.Published("models", command.Name), ct);
    }

    async Task<TrainerJob> Job(FitModel command, CancellationToken ct)
    {
        var dataset = await folders.Checkout(command.Dataset.Folder, ct);
        var labels = command.Labels is { } version ? await folders.Checkout(version.Folder, ct) : null;
        var (training, train) = (command.Training, DatasetFiles.Of(dataset, "train"));
        if (train.Count == 0)
            throw new ProblemException("dataset_empty", $"The dataset {command.Dataset.Name} has no training documents.");
        return new TrainerJob
        {
            Kind = training.Kind,
            Name = command.Name,
            Tier = training.Tier,
            Shape = training.Shape,
            Train = train,
            Validation = DatasetFiles.Of(dataset, "validation"),
            Test = training.Kind == TrainerJob.Classifier ? DatasetFiles.Of(dataset, "test") : [],
            Labels = labels is null ? [] : DatasetFiles.Of(labels, "train"),
            Seconds = training.Budget.Minutes * 60,
            Steps = training.Budget.Steps,
            Epochs = training.Budget.Epochs,
            Seed = training.Seed,
            Threads = options.Value.Threads ?? Environment.ProcessorCount,
            ValidationBytes = options.Value.ValidationBytes,
            Lineage = new ModelLineage
            {
                Dataset = command.Dataset.Name,
                DatasetDigest = command.Dataset.Folder.Digest,
                LabelsDigest = command.Labels?.Folder.Digest,
                RunId = command.RunId,
            },
        };
    }

    static ValueTask Tell(WorkContext context, TrainerEvent value, CancellationToken ct)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("step", value.Step);
        Add("loss", value.Loss);
        Add("tokensPerSecond", value.TokensPerSecond);
        return context.Progress(value.Stage ?? "fit", value.Done, value.Total, value.Unit ?? "steps", facts, ct);

        void Add(string name, IFormattable? figure)
        {
            if (figure is not null)
                facts[name] = figure.ToString(null, CultureInfo.InvariantCulture);
        }
    }

    static TrainedModel Trained(FitModel command, string key, ArtifactRef folder, SupervisedRun run) => new()
    {
        Id = key,
        RunId = command.RunId,
        Crashes = run.Crashes,
        Model = FittedReports.Model(command.Name, folder, run.Result),
        Evaluation = FittedReports.Evaluation(run.Result),
    };

    static ModelFitted Fitted(FitModel command, TrainedModel trained, StepUsage usage, bool reused) => new()
    {
        RunId = command.RunId,
        Model = trained.Model,
        Evaluation = trained.Evaluation with { Passed = TrainingRules.Passes(command.Training.Gate, trained.Evaluation) },
        Reused = reused,
        Crashes = reused ? 0 : trained.Crashes,
        Usage = usage,
    };
}
