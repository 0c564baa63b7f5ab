using System.Security.Cryptography;
using System.Text;
using Aigc.Models.Training;
using Aigc.Trainer.Runs;

namespace Aigc.Trainer.Classifying;

/// <summary>The rows of a job, divided so that no family is in two parts.</summary>
/// <param name="Labels">What the training rows are labelled with, in order.</param>
/// <param name="Train">Learned from.</param>
/// <param name="Chosen">Thresholds and penalty are chosen on these.</param>
/// <param name="HeldOut">Measured on.</param>
/// <param name="Split">The split they come from.</param>
/// <param name="Unlabelled">Rows without labels.</param>
/// <param name="Seen">Held-out rows left aside, because their words or their family are in a part before.</param>
internal sealed record LabelledData(
    IReadOnlyList<string> Labels, IReadOnlyList<LabelledRow> Train, IReadOnlyList<LabelledRow> Chosen, IReadOnlyList<LabelledRow> HeldOut, string Split, int Unlabelled, int Seen)
{
    const int MostLabels = 1000;

    /// <summary>Reads and divides.</summary>
    /// <exception cref="TrainerException">Says what the dataset lacks.</exception>
    public static LabelledData Read(TrainerJob job, Action<int> progress)
    {
        var (train, validation, test) = (LabelledRows.Read(job.Train, progress), LabelledRows.Read(job.Validation, progress), LabelledRows.Read(job.Test, progress));
        var labels = LabelsOf(train);
        Known(labels, validation, "validation");
        Known(labels, test, "test");
        var (ofValidation, ofTest) = (Unseen(validation.Rows, train.Rows), Unseen(test.Rows, [.. train.Rows, .. validation.Rows]));
        var (chosen, heldOut) = test.Rows.Count > 0 ? (ofValidation, ofTest) : Halves(ofValidation, job.Seed);
        if (chosen.Count == 0 || heldOut.Count == 0)
            throw new TrainerException("validation_empty", "The dataset has no labelled rows to choose thresholds on and to measure on, in families of their own; give it a larger validation share, or more groups.");
        if (!heldOut.Any(row => row.Labels.Count > 0))
            throw new TrainerException("validation_empty", "None of the held-out rows has a label, so nothing can be measured; give the dataset a larger validation share, or more groups a label.");
        var seen = validation.Rows.Count - ofValidation.Count + test.Rows.Count - ofTest.Count;
        return new(labels, train.Rows, chosen, heldOut, test.Rows.Count > 0 ? "test" : "validation", train.Unlabelled + validation.Unlabelled + test.Unlabelled, seen);
    }

    static string[] LabelsOf(LabelledRows train)
    {
        if (train.Rows.Count == 0)
        {
            throw train.Unlabelled > 0
                ? new TrainerException("dataset_without_labels", FormattableString.Invariant($"None of the {train.Unlabelled:N0} training rows has labels; a classifier learns from rows with a list \"labels\", which is empty for a harmless text."))
                : new TrainerException("dataset_empty", "The dataset has no training documents.");
        }

        string[] labels = [.. train.Rows.SelectMany(row => row.Labels).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return labels.Length switch
        {
            0 => throw new TrainerException("dataset_without_labels", "The labels of all training rows are empty; a classifier needs rows that have a label, and rows that have not."),
            > MostLabels => throw new TrainerException("too_many_labels", FormattableString.Invariant($"The training rows have {labels.Length:N0} labels; at most {MostLabels:N0} are learned.")),
            _ => labels,
        };
    }

    static void Known(string[] labels, LabelledRows rows, string split)
    {
        if (rows.Rows.SelectMany(row => row.Labels).FirstOrDefault(label => Array.BinarySearch(labels, label, StringComparer.Ordinal) < 0) is { } unknown)
            throw new TrainerException("label_not_in_training", $"The label \"{unknown}\" is in the {split} split and in no training row; give it rows in three groups or more, or leave it out.");
    }

    static List<LabelledRow> Unseen(IReadOnlyList<LabelledRow> rows, IReadOnlyList<LabelledRow> before)
    {
        var (words, groups) = (before.Select(row => row.Words).ToHashSet(StringComparer.Ordinal), before.Select(row => row.Group).ToHashSet(StringComparer.Ordinal));
        return [.. rows.Where(row => !words.Contains(row.Words) && !groups.Contains(row.Group))];
    }

    /// <summary>Families in halves, those of the same labels in turn; of an odd number one more is measured on. The order is drawn from the seed.</summary>
    static (List<LabelledRow> Chosen, List<LabelledRow> HeldOut) Halves(List<LabelledRow> rows, int seed)
    {
        var chosen = rows.GroupBy(row => row.Group, StringComparer.Ordinal)
            .OrderBy(family => Draw(family.Key, seed), StringComparer.Ordinal)
            .GroupBy(family => string.Join('\n', family.First().Labels.Order(StringComparer.Ordinal)), StringComparer.Ordinal)
            .SelectMany(alike => alike.Where((_, turn) => turn % 2 == 1))
            .Select(family => family.Key)
            .ToHashSet(StringComparer.Ordinal);
        return ([.. rows.Where(row => chosen.Contains(row.Group))], [.. rows.Where(row => !chosen.Contains(row.Group))]);
    }

    static string Draw(string family, int seed) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}/{family}"))));
}
