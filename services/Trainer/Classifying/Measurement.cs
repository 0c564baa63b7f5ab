using System.Text;
using Aigc.Models.Classification;

namespace Aigc.Trainer.Classifying;

/// <summary>Chooses thresholds on some rows and measures on others.</summary>
internal sealed class Measurement(LabelledData data)
{
    /// <summary>The threshold of each label, of rows' logits [rows, labels].</summary>
    public IReadOnlyList<double> Thresholds(float[] chosenLogits) =>
        [.. data.Labels.Select((_, label) => Figures.BestThreshold(Scores(data.Chosen, chosenLogits, label)))];

    /// <summary>Mean average precision of the labels that occur; 0 where none does.</summary>
    public double Quality(float[] chosenLogits) => Mean(
        data.Labels.Index().Where(label => data.Chosen.Any(row => row.Labels.Contains(label.Item))).Select(label => Figures.AveragePrecision(Scores(data.Chosen, chosenLogits, label.Index))));

    /// <summary>The card's figures.</summary>
    public ClassifierEvaluation Evaluate(float[] heldOutLogits, IReadOnlyList<double> thresholds, WordList words, double exportDifference)
    {
        LabelEvaluation[] labels = [.. data.Labels.Select((_, label) => Label(label, heldOutLogits, thresholds[label], words))];
        var measured = labels.Where(label => label.Support > 0).ToList();
        return new()
        {
            Rows = data.HeldOut.Count,
            Families = data.HeldOut.Select(row => row.Group).Distinct(StringComparer.Ordinal).Count(),
            Split = data.Split,
            GeneratedRows = data.HeldOut.Count(row => row.Generated),
            SeenRows = data.Seen,
            Bytes = data.HeldOut.Sum(row => (long)Encoding.UTF8.GetByteCount(row.Text)),
            MacroPrecision = Mean(measured.Select(label => label.Score.Precision)),
            MacroRecall = Mean(measured.Select(label => label.Score.Recall)),
            MacroF1 = Mean(measured.Select(label => label.Score.F1)),
            MacroAveragePrecision = Mean(measured.Select(label => label.AveragePrecision)),
            BaselineMacroF1 = Mean(measured.Select(label => label.Baseline.F1)),
            ExportMaxLogitDifference = exportDifference,
            Labels = labels,
        };
    }

    LabelEvaluation Label(int label, float[] logits, double threshold, WordList words)
    {
        var name = data.Labels[label];
        var scores = Scores(data.HeldOut, logits, label);
        return new()
        {
            Label = name,
            Support = scores.Count(row => row.Has),
            Threshold = threshold,
            Score = Figures.Score(scores.Select(row => (row.Score >= threshold, row.Has))),
            AveragePrecision = Figures.AveragePrecision(scores),
            BaselineWord = words[label],
            Baseline = Figures.Score(data.HeldOut.Select(row => (words.Says(label, row), row.Labels.Contains(name)))),
        };
    }

    (double Score, bool Has)[] Scores(IReadOnlyList<LabelledRow> rows, float[] logits, int label) =>
        [.. rows.Select((row, number) => (Figures.Sigmoid(logits[(number * data.Labels.Count) + label]), row.Labels.Contains(data.Labels[label])))];

    static double Mean(IEnumerable<double> figures) => figures.DefaultIfEmpty().Average();
}
