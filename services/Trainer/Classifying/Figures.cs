using Aigc.Models.Classification;

namespace Aigc.Trainer.Classifying;

/// <summary>Figures of one label: its scores on some rows, and which of the rows have it.</summary>
internal static class Figures
{
    /// <summary>A threshold is a probability that a text can have.</summary>
    const double Least = 0.001, Most = 0.999;

    /// <summary>The mean over the rows that have the label of the precision among those that score as high (scikit-learn's <c>average_precision_score</c>).</summary>
    public static double AveragePrecision(IReadOnlyList<(double Score, bool Has)> rows)
    {
        var (sum, said, right) = (0.0, 0, 0);
        foreach (var equal in rows.GroupBy(row => row.Score).OrderByDescending(group => group.Key))
        {
            var hits = equal.Count(row => row.Has);
            (said, right) = (said + equal.Count(), right + hits);
            sum += hits * ((double)right / said);
        }

        return right > 0 ? sum / right : 0;
    }

    /// <summary>The probability from which saying the label gives the largest F1: in the middle of those that give it. One half where no row has it.</summary>
    public static double BestThreshold(IReadOnlyList<(double Score, bool Has)> rows)
    {
        var all = rows.Count(row => row.Has);
        if (all == 0)
            return 0.5;
        var levels = rows.GroupBy(row => row.Score).OrderByDescending(group => group.Key).ToList();
        var (best, threshold, said, right) = (-1.0, 0.5, 0, 0);
        for (var i = 0; i < levels.Count; i++)
        {
            (said, right) = (said + levels[i].Count(), right + levels[i].Count(row => row.Has));
            var f1 = 2.0 * right / (said + all);
            if (f1 > best)
                (best, threshold) = (f1, (levels[i].Key + (i + 1 < levels.Count ? levels[i + 1].Key : 0)) / 2);
        }

        return Math.Round(Math.Clamp(threshold, Least, Most), 6);
    }

    /// <summary>Precision and recall of what was said.</summary>
    public static LabelScore Score(IEnumerable<(bool Said, bool Has)> rows)
    {
        var (said, has, right) = (0, 0, 0);
        foreach (var row in rows)
            (said, has, right) = (said + (row.Said ? 1 : 0), has + (row.Has ? 1 : 0), right + (row is { Said: true, Has: true } ? 1 : 0));
        return new(said > 0 ? (double)right / said : 0, has > 0 ? (double)right / has : 0);
    }

    /// <summary>What a logit is as a probability.</summary>
    public static double Sigmoid(float logit) => 1 / (1 + Math.Exp(-(double)logit));
}
