using Aigc.Annotation.Labelers.Text;

namespace Aigc.Annotation.Labelers;

/// <summary>
/// Labels by rules a person can read: a seed word counts by where it stands (title, first sentence, heading, body), the topic with the most points
/// wins; the instruction is a template over the title or the first sentence, the response the sentences that follow from it. Learns nothing.
/// </summary>
internal sealed class RulesLabeler(Taxonomy taxonomy) : ILabeler
{
    private const double TitleWeight = 4, FirstSentenceWeight = 2, HeadingWeight = 1.5, BodyWeight = 1;
    private const int MostPerWord = 3;
    private const double Least = 3;

    public string Name => "rules";

    public string ModelVersion => "rules-1";

    public IReadOnlyList<DraftLabel> Label(IReadOnlyList<SourceDocument> documents, Action<int> done, CancellationToken ct)
    {
        var labels = new List<DraftLabel>(documents.Count);
        foreach (var document in documents)
        {
            ct.ThrowIfCancellationRequested();
            var sentences = Sentences.Of(document.Text);
            var (topic, confidence) = TopicOf(document, sentences);
            labels.Add(new(topic, confidence, PairTemplates.Fill(document, sentences)));
            done(1);
        }

        return labels;
    }

    private (string Topic, double Confidence) TopicOf(SourceDocument document, IReadOnlyList<string> sentences)
    {
        var points = new double[taxonomy.Topics.Count];
        Count(document.Title, TitleWeight, points);
        if (sentences.Count > 0)
            Count(sentences[0], FirstSentenceWeight, points);
        Count(string.Join('\n', document.Text.Split('\n').Where(IsHeading)), HeadingWeight, points);
        Count(document.Text, BodyWeight, points);

        var best = Array.IndexOf(points, points.Max());
        // Half of what the runner-up leaves is doubt.
        var second = points.Where((_, index) => index != best).DefaultIfEmpty().Max();
        return points[best] < Least
            ? (Taxonomy.General, 0.5)
            : (taxonomy.Topics[best].Name, Math.Round(0.5 + (0.5 * (points[best] - second) / points[best]), 4));
    }

    private void Count(string text, double weight, double[] points)
    {
        foreach (var (word, count) in Words.Of(text).CountBy(word => word, StringComparer.Ordinal))
        {
            if (!taxonomy.Seeds.TryGetValue(word, out var topics))
                continue;
            // A word of several topics speaks for each of them only in part.
            foreach (var topic in topics)
                points[topic] += weight * Math.Min(count, MostPerWord) / topics.Length;
        }
    }

    private static bool IsHeading(string line)
    {
        line = line.Trim();
        return line.Length is > 2 and < 70 && line[^1] is not ('.' or ';' or ',' or '{' or '}') && line.Count(c => c == ' ') < 8;
    }
}
