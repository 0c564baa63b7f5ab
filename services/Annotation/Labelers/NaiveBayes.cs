using Aigc.Annotation.Labelers.Text;

namespace Aigc.Annotation.Labelers;

/// <summary>
/// Multinomial naive Bayes over normalised TF-IDF vectors with complement estimates, which hold up when classes differ much in size
/// (Rennie et al. 2003, "Tackling the poor assumptions of naive Bayes text classifiers").
/// </summary>
internal sealed class NaiveBayes
{
    private const double Smoothing = 0.1;

    // A class needs this many examples to be told from chance.
    private const int LeastExamples = 3;

    // Scores of unit vectors lie close together; the factor spreads them to probabilities that mean something to a reader. It changes no decision.
    private const double Sharpness = 12;

    private readonly int[] _classes;
    private readonly double[][] _weights;

    private NaiveBayes(int[] classes, double[][] weights) => (_classes, _weights) = (classes, weights);

    public static NaiveBayes Train(IEnumerable<(SparseVector Vector, int Class)> examples, int classes, int features)
    {
        var sums = new double[classes][];
        var counts = new int[classes];
        var all = new double[features];
        foreach (var (vector, label) in examples)
        {
            var sum = sums[label] ??= new double[features];
            counts[label]++;
            for (var i = 0; i < vector.Features.Length; i++)
            {
                sum[vector.Features[i]] += vector.Weights[i];
                all[vector.Features[i]] += vector.Weights[i];
            }
        }

        var trained = Enumerable.Range(0, classes).Where(c => counts[c] >= LeastExamples).ToArray();
        var total = all.Sum();
        return new(trained, [.. trained.Select(c => Complement(sums[c], all, total))]);
    }

    /// <summary>The likeliest class and its probability; null when nothing was learned or the vector is empty.</summary>
    public (int Class, double Probability)? Predict(SparseVector vector)
    {
        if (_classes.Length == 0 || vector.Features.Length == 0)
            return null;
        var scores = new double[_classes.Length];
        for (var c = 0; c < _classes.Length; c++)
        {
            for (var i = 0; i < vector.Features.Length; i++)
                scores[c] += vector.Weights[i] * _weights[c][vector.Features[i]];
        }

        var best = Array.IndexOf(scores, scores.Max());
        var probability = 1 / scores.Sum(score => Math.Exp(Sharpness * (score - scores[best])));
        return (_classes[best], Math.Round(probability, 4));
    }

    private static double[] Complement(double[] own, double[] all, double total)
    {
        var rest = total - own.Sum() + (Smoothing * all.Length);
        var weights = new double[all.Length];
        double length = 0;
        for (var f = 0; f < all.Length; f++)
        {
            weights[f] = -Math.Log((all[f] - own[f] + Smoothing) / rest);
            length += weights[f];
        }

        for (var f = 0; f < all.Length; f++)
            weights[f] *= all.Length / length;
        return weights;
    }
}
