using System.Security.Cryptography;
using System.Text;
using Aigc.Annotation.Labelers.Text;

namespace Aigc.Annotation.Labelers;

/// <summary>
/// Labels by what the sample itself teaches: documents with clear seed words are weak examples for a naive Bayes classifier over all words, and every
/// document is judged by a classifier that has not seen it (five folds); pairs are the most salient sentences (TextRank). Where the rules look
/// for listed words, this one goes by the company those words keep.
/// </summary>
internal sealed class StatisticalLabeler(Taxonomy taxonomy) : ILabeler
{
    private const int Folds = 5;

    // A weak example shows at least two different seed words of its topic, and more than of any other.
    private const int LeastSeeds = 2;

    public string Name => "statistical";

    public string ModelVersion => "statistical-1";

    public IReadOnlyList<DraftLabel> Label(IReadOnlyList<SourceDocument> documents, Action<int> done, CancellationToken ct)
    {
        var bags = documents.Select(document => WordBag.Of($"{document.Title}\n{document.Text}")).ToList();
        var vocabulary = Vocabulary.Of(bags);
        var vectors = bags.Select(vocabulary.Vector).ToList();
        var seeds = bags.Select(WeakTopic).ToList();
        var folds = documents.Select(document => SHA256.HashData(Encoding.UTF8.GetBytes(document.Id))[0] % Folds).ToList();

        var labels = new DraftLabel[documents.Count];
        for (var fold = 0; fold < Folds; fold++)
        {
            ct.ThrowIfCancellationRequested();
            var model = NaiveBayes.Train(
                Enumerable.Range(0, documents.Count).Where(i => folds[i] != fold && seeds[i] is not null).Select(i => (vectors[i], seeds[i]!.Value)),
                taxonomy.Names.Count,
                vocabulary.Count);
            for (var i = 0; i < documents.Count; i++)
            {
                if (folds[i] != fold)
                    continue;
                var (topic, confidence) = model.Predict(vectors[i]) ?? (taxonomy.Names.Count - 1, 0);
                labels[i] = new(taxonomy.Names[topic], confidence, SalientPairs.Extract(documents[i], vocabulary, bags[i]));
                done(1);
            }
        }

        return labels;
    }

    /// <summary>Index of the topic a document is an example of; null when it is no example; the last index (general) when it shows no seed at all.</summary>
    private int? WeakTopic(WordBag bag)
    {
        var seen = new double[taxonomy.Topics.Count];
        foreach (var word in bag.Counts.Keys)
        {
            if (!taxonomy.Seeds.TryGetValue(word, out var topics))
                continue;
            foreach (var topic in topics)
                seen[topic] += 1.0 / topics.Length;
        }

        var best = seen.Max();
        if (best == 0)
            return taxonomy.Names.Count - 1;
        return best >= LeastSeeds && seen.Count(count => count == best) == 1 ? Array.IndexOf(seen, best) : null;
    }
}
