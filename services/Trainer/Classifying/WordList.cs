namespace Aigc.Trainer.Classifying;

/// <summary>The baseline: for each label the n-gram of words that alone tells the training rows apart best, by F1. A classifier that is no better is a word list.</summary>
internal sealed class WordList
{
    readonly string[] words;

    WordList(string[] words) => this.words = words;

    /// <summary>The n-gram of a label's place.</summary>
    public string this[int label] => words[label];

    /// <summary>Learns it from the training rows.</summary>
    public static WordList Learn(IReadOnlyList<LabelledRow> rows, IReadOnlyList<string> labels, IReadOnlyList<int> orders)
    {
        var everywhere = new Dictionary<string, int>(StringComparer.Ordinal);
        var within = labels.ToDictionary(label => label, _ => new Dictionary<string, int>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var row in rows)
        {
            foreach (var gram in Grams(row.Words, orders))
            {
                everywhere[gram] = everywhere.GetValueOrDefault(gram) + 1;
                foreach (var label in row.Labels)
                    within[label][gram] = within[label].GetValueOrDefault(gram) + 1;
            }
        }

        return new([.. labels.Select(label =>
        {
            var support = rows.Count(row => row.Labels.Contains(label));
            return within[label].OrderByDescending(gram => 2.0 * gram.Value / (everywhere[gram.Key] + support)).ThenBy(gram => gram.Key, StringComparer.Ordinal)
                .Select(gram => gram.Key).FirstOrDefault("");
        })]);
    }

    /// <summary>Whether a label's n-gram occurs in a row.</summary>
    public bool Says(int label, LabelledRow row) => words[label].Length > 0 && $" {row.Words} ".Contains($" {words[label]} ", StringComparison.Ordinal);

    static HashSet<string> Grams(string text, IReadOnlyList<int> orders)
    {
        var (split, grams) = (text.Split(' ', StringSplitOptions.RemoveEmptyEntries), new HashSet<string>(StringComparer.Ordinal));
        foreach (var order in orders)
        {
            for (var at = 0; at + order <= split.Length; at++)
                grams.Add(string.Join(' ', split, at, order));
        }

        return grams;
    }
}
