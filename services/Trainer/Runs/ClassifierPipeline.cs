using Aigc.Models.Classification;
using Aigc.Models.Training;
using Aigc.Trainer.Classifying;
using Aigc.Trainer.Export;

namespace Aigc.Trainer.Runs;

/// <summary>
/// encode → fit → evaluate → export of a classifier, without libtorch. The whole takes seconds, so that nothing is kept on the way: a new life of the process begins
/// again and, where the budget of seconds did not end the fit, comes to the same bytes.
/// </summary>
internal sealed class ClassifierPipeline(string directory, TrainerJob job, EventWriter events)
{
    static readonly FeatureShape Shape = new();

    public TrainerResult Run()
    {
        if (job.Steps <= 0 || job.Seconds <= 0)
            throw new TrainerException("budget_too_small", "The training budget is too small to finish one step; give it more minutes.");
        events.Enter("encode");
        var data = LabelledData.Read(job, rows => events.Progress(rows, null, "documents"));
        var (train, chosen, heldOut) = (Matrix(data.Train), Matrix(data.Chosen), Matrix(data.HeldOut));
        events.Progress(data.Train.Count, data.Train.Count, "documents");
        events.Enter("fit");
        var measurement = new Measurement(data);
        var fit = new ClassifierFit(job, events).Run(
            new LogisticLoss(train, data.Train, data.Labels, job.Threads), data.Labels.Count, data.Train.Count,
            parameters => measurement.Quality(Logits(chosen, parameters, data)));
        events.Enter("evaluate");
        var (thresholds, logits) = (measurement.Thresholds(Logits(chosen, fit.Parameters, data)), Logits(heldOut, fit.Parameters, data));
        var words = WordList.Learn(data.Train, data.Labels, Shape.WordOrders);
        events.Progress(data.HeldOut.Count, data.HeldOut.Count, "documents");
        events.Enter("export");
        var output = ModelOutput.Begin(directory);
        var difference = ClassifierExporter.Export(output, fit.Parameters, heldOut, logits, data.Labels.Count);
        var config = new ClassifierConfig { Labels = data.Labels, Thresholds = thresholds, Features = Shape };
        File.WriteAllText(Path.Combine(output, "config.json"), config.ToJson().ToJsonString(new() { WriteIndented = true }) + "\n");
        var card = Card(data, fit, measurement.Evaluate(logits, thresholds, words, difference));
        card.Write(output);
        ClassifierFolder.Open(output);
        ModelOutput.Finish(directory);
        events.Progress(1, 1, "models");
        events.Enter(null);
        var result = new TrainerResult { Classifier = card, Loss = fit.Curve, StageSeconds = events.StageSeconds };
        TrainerJson.WriteFile(Path.Combine(directory, TrainerResult.FileName), result);
        return result;
    }

    FeatureMatrix Matrix(IReadOnlyList<LabelledRow> rows) => FeatureMatrix.Of(rows, Shape, job.Threads);

    static float[] Logits(FeatureMatrix matrix, float[] parameters, LabelledData data) => LogisticLoss.Logits(matrix, parameters, data.Labels.Count);

    ClassifierCard Card(LabelledData data, FittedClassifier fit, ClassifierEvaluation evaluation) => new()
    {
        Name = job.Name,
        Tier = job.Tier,
        Labels = data.Labels,
        Parameters = fit.Parameters.Length,
        MaxFeatures = Shape.MaxFeatures,
        Lineage = job.Lineage,
        Evaluation = evaluation,
        Training = new()
        {
            Rows = data.Train.Count,
            Families = data.Train.Select(row => row.Group).Distinct(StringComparer.Ordinal).Count(),
            UnlabelledRows = data.Unlabelled,
            ThresholdRows = data.Chosen.Count,
            Steps = fit.Passes,
            Penalty = fit.Penalty,
            Loss = fit.Curve[^1].Loss,
            Seconds = Math.Round(fit.Seconds, 3),
            Seed = job.Seed,
        },
    };
}
