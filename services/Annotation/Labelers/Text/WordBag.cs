namespace Aigc.Annotation.Labelers.Text;

/// <summary>Words of a text and how often they stand in it.</summary>
internal sealed record WordBag(IReadOnlyDictionary<string, int> Counts)
{
    public static WordBag Of(string text) =>
        new(Words.Of(text).CountBy(word => word, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal));
}

/// <summary>A sparse vector: ascending feature numbers and their weights, of Euclidean length 1 (or empty).</summary>
internal sealed record SparseVector(int[] Features, double[] Weights)
{
    public double Dot(SparseVector other)
    {
        double sum = 0;
        for (int i = 0, j = 0; i < Features.Length && j < other.Features.Length;)
        {
            if (Features[i] == other.Features[j])
                sum += Weights[i++] * other.Weights[j++];
            else if (Features[i] < other.Features[j])
                i++;
            else
                j++;
        }

        return sum;
    }
}

/// <summary>The words of a sample with their inverse document frequency: log(1+tf)·log(N/df), the usual TF-IDF.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, (int Feature, double Idf)> _words;

    private Vocabulary(Dictionary<string, (int, double)> words) => _words = words;

    public int Count => _words.Count;

    public static Vocabulary Of(IReadOnlyList<WordBag> bags)
    {
        var frequency = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in bags.SelectMany(bag => bag.Counts.Keys))
            frequency[word] = frequency.GetValueOrDefault(word) + 1;
        // Ordinal order, so that feature numbers do not depend on the order of the documents.
        var words = frequency.OrderBy(word => word.Key, StringComparer.Ordinal)
            .Select((word, feature) => (word.Key, feature, Idf: Math.Log((1.0 + bags.Count) / word.Value)))
            .ToDictionary(word => word.Key, word => (word.feature, word.Idf), StringComparer.Ordinal);
        return new(words);
    }

    /// <summary>Inverse document frequency; 0 for a word outside the sample.</summary>
    public double Idf(string word) => _words.TryGetValue(word, out var known) ? known.Idf : 0;

    public SparseVector Vector(WordBag bag)
    {
        var features = bag.Counts.Where(word => _words.ContainsKey(word.Key))
            .Select(word => (_words[word.Key].Feature, Weight: Math.Log(1 + word.Value) * _words[word.Key].Idf))
            .OrderBy(feature => feature.Feature)
            .ToList();
        var length = Math.Sqrt(features.Sum(feature => feature.Weight * feature.Weight));
        return length == 0
            ? new([], [])
            : new([.. features.Select(f => f.Feature)], [.. features.Select(f => f.Weight / length)]);
    }
}
