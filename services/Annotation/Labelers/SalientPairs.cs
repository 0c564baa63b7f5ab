using Aigc.Annotation.Labelers.Text;

namespace Aigc.Annotation.Labelers;

/// <summary>
/// The sentences most like all the others (TextRank: PageRank over TF-IDF similarity, Mihalcea and Tarau 2004) as the response; the words that
/// set the document apart from the sample as the instruction.
/// </summary>
internal static class SalientPairs
{
    private const int MostSentences = 60;
    private const int Taken = 2;
    private const int Iterations = 20;
    private const double Damping = 0.85;

    // Cosine from which two sentences say the same.
    private const double SameThing = 0.7;

    public static DraftPair? Extract(SourceDocument document, Vocabulary vocabulary, WordBag bag)
    {
        var sentences = Sentences.Of(document.Text).Take(MostSentences).ToList();
        if (sentences.Count == 0)
            return null;
        var vectors = sentences.Select(sentence => vocabulary.Vector(WordBag.Of(sentence))).ToList();
        var response = string.Join(' ', Choose(vectors, Rank(vectors)).Order().Select(i => sentences[i]));
        var answered = Words.Of(response).ToHashSet(StringComparer.Ordinal);
        var terms = bag.Counts.Where(word => answered.Contains(word.Key) && word.Key.Length > 2)
            .OrderByDescending(word => Math.Log(1 + word.Value) * vocabulary.Idf(word.Key))
            .ThenBy(word => word.Key, StringComparer.Ordinal)
            .Select(word => word.Key)
            .Take(2)
            .ToList();
        var title = document.Title.Trim();
        var instruction = (title.Length is > 0 and <= 120, terms) switch
        {
            (true, [var a, var b]) => $"Explain {title} with regard to {a} and {b}.",
            (true, _) => $"Explain {title}.",
            (false, [var a, var b]) => $"Write briefly about {a} and {b}.",
            _ => null,
        };
        return instruction is null ? null : new(instruction, response, PairQuality.Of(document, instruction, response));
    }

    // The second sentence must add something: salience alone likes to pick the same thing said twice.
    private static List<int> Choose(List<SparseVector> vectors, double[] rank)
    {
        var taken = new List<int>();
        foreach (var i in Enumerable.Range(0, vectors.Count).OrderByDescending(i => rank[i]).ThenBy(i => i))
        {
            if (taken.Count < Taken && taken.TrueForAll(other => vectors[i].Dot(vectors[other]) < SameThing))
                taken.Add(i);
        }

        return taken;
    }

    private static double[] Rank(List<SparseVector> vectors)
    {
        var count = vectors.Count;
        var similarity = new double[count, count];
        var outgoing = new double[count];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                similarity[i, j] = i == j ? 0 : vectors[i].Dot(vectors[j]);
                outgoing[i] += similarity[i, j];
            }
        }

        var rank = Enumerable.Repeat(1.0 / count, count).ToArray();
        for (var step = 0; step < Iterations; step++)
        {
            var next = new double[count];
            for (var i = 0; i < count; i++)
            {
                double gathered = 0;
                for (var j = 0; j < count; j++)
                    gathered += outgoing[j] == 0 ? 0 : rank[j] * similarity[j, i] / outgoing[j];
                next[i] = ((1 - Damping) / count) + (Damping * gathered);
            }

            rank = next;
        }

        return rank;
    }
}
