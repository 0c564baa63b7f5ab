using Aigc.Contracts;
using Aigc.Contracts.ModelTraining;
using Aigc.Models.Classification;
using Aigc.Models.Folders;
using Aigc.Models.Training;

namespace Aigc.ModelTraining.Fitting;

/// <summary>What a trainer's result is on the wire. It has one of two cards.</summary>
internal static class FittedReports
{
    public static ModelRef Model(string name, ArtifactRef folder, TrainerResult result) => result.Classifier is { } classifier
        ? new() { Name = name, Folder = folder, Tier = classifier.Tier, ContextLength = classifier.MaxFeatures, Labels = classifier.Labels }
        : new() { Name = name, Folder = folder, Tier = Decoder(result).Tier, ContextLength = Decoder(result).ContextLength };

    public static EvaluationReport Evaluation(TrainerResult result) =>
        (result.Classifier is { } classifier ? Of(classifier.Evaluation) : Of(Decoder(result).Evaluation)) with
        {
            Loss = [.. result.Loss.Select(sample => new LossPoint { Step = sample.Step, Loss = sample.Loss })],
        };

    static ModelCard Decoder(TrainerResult result) => result.Card ?? throw new InvalidOperationException("The trainer's result has no card.");

    static EvaluationReport Of(ModelEvaluation measured) => new()
    {
        BitsPerByte = measured.BitsPerByte,
        BaselineBitsPerByte = measured.BaselineBitsPerByte,
        Bytes = measured.Bytes,
        ExportMaxLogitDifference = measured.ExportMaxLogitDifference,
        Passed = false,
    };

    static EvaluationReport Of(ClassifierEvaluation measured) => new()
    {
        BitsPerByte = 0,
        BaselineBitsPerByte = 0,
        Bytes = measured.Bytes,
        ExportMaxLogitDifference = measured.ExportMaxLogitDifference,
        Passed = false,
        Classifier = new()
        {
            Rows = measured.Rows,
            Families = measured.Families,
            Split = measured.Split,
            Generated = measured.GeneratedRows > 0,
            MacroPrecision = measured.MacroPrecision,
            MacroRecall = measured.MacroRecall,
            MacroF1 = measured.MacroF1,
            MacroAveragePrecision = measured.MacroAveragePrecision,
            BaselineMacroF1 = measured.BaselineMacroF1,
            Labels = [.. measured.Labels.Select(Of)],
        },
    };

    static LabelFigures Of(LabelEvaluation label) => new()
    {
        Label = label.Label,
        Support = label.Support,
        Threshold = label.Threshold,
        Precision = label.Score.Precision,
        Recall = label.Score.Recall,
        F1 = label.Score.F1,
        AveragePrecision = label.AveragePrecision,
        BaselineWord = label.BaselineWord,
        BaselinePrecision = label.Baseline.Precision,
        BaselineRecall = label.Baseline.Recall,
        BaselineF1 = label.Baseline.F1,
    };
}
