using System.Numerics.Tensors;

namespace Aigc.Trainer.Classifying;

/// <summary>
/// The mean over the rows of the log losses of all labels, and its gradient. Parameters are [buckets + 1, labels]: the weights row after row, then the biases.
/// The rows that have a rare label weigh more for it: the root of how many times as many have not, at most <see cref="MostWeight"/>.
/// </summary>
internal sealed class LogisticLoss
{
    const float MostWeight = 5;
    readonly FeatureMatrix matrix;
    readonly int labels;
    readonly float[] targets, errors, weights;
    readonly double[] losses;
    readonly ParallelOptions parallel;

    public LogisticLoss(FeatureMatrix matrix, IReadOnlyList<LabelledRow> rows, IReadOnlyList<string> labels, int threads)
    {
        (this.matrix, this.labels) = (matrix, labels.Count);
        (targets, errors, losses) = (new float[rows.Count * labels.Count], new float[rows.Count * labels.Count], new double[rows.Count]);
        parallel = new() { MaxDegreeOfParallelism = threads };
        var places = labels.Index().ToDictionary(label => label.Item, label => label.Index, StringComparer.Ordinal);
        var support = new int[labels.Count];
        foreach (var (row, text) in rows.Index())
        {
            foreach (var label in text.Labels)
            {
                targets[(row * labels.Count) + places[label]] = 1;
                support[places[label]]++;
            }
        }

        weights = [.. support.Select(count => Math.Clamp(MathF.Sqrt((rows.Count - count) / (float)count), 1, MostWeight))];
    }

    /// <summary>Numbers of parameters.</summary>
    public int Length => matrix.Starts.Length * labels;

    /// <summary>The loss in nats, summed over labels, and its gradient.</summary>
    public double Evaluate(float[] parameters, float[] gradient)
    {
        Parallel.For(0, matrix.Rows.Length, parallel, row => losses[row] = Row(parameters, row));
        Parallel.For(0, matrix.Starts.Length, parallel, feature => Gather(gradient, feature));
        return losses.Sum() / losses.Length;
    }

    /// <summary>Logits [rows, labels] of any rows.</summary>
    public static float[] Logits(FeatureMatrix matrix, float[] parameters, int labels)
    {
        var logits = new float[matrix.Rows.Length * labels];
        for (var row = 0; row < matrix.Rows.Length; row++)
            Logits(matrix, parameters, row, logits.AsSpan(row * labels, labels));
        return logits;
    }

    static void Logits(FeatureMatrix matrix, float[] parameters, int row, Span<float> into)
    {
        var labels = into.Length;
        into.Clear();
        foreach (var feature in matrix.Rows[row])
            TensorPrimitives.Add(into, parameters.AsSpan(feature * labels, labels), into);
        TensorPrimitives.Multiply(into, matrix.Values[row], into);
        TensorPrimitives.Add(into, parameters.AsSpan(parameters.Length - labels), into);
    }

    /// <summary>A row's loss; its derivatives by the logits are left in <see cref="errors"/>.</summary>
    double Row(float[] parameters, int row)
    {
        var error = errors.AsSpan(row * labels, labels);
        Logits(matrix, parameters, row, error);
        var loss = 0.0;
        for (var label = 0; label < labels; label++)
        {
            var (logit, target) = ((double)error[label], targets[(row * labels) + label]);
            var weight = target > 0 ? weights[label] : 1;
            // log(1 + e^x) without overflow, of the side that is wrong.
            var wrong = target > 0 ? -logit : logit;
            loss += weight * (Math.Max(wrong, 0) + Math.Log(1 + Math.Exp(-Math.Abs(wrong))));
            error[label] = (float)(weight * ((1 / (1 + Math.Exp(-logit))) - target));
        }

        return loss;
    }

    void Gather(float[] gradient, int feature)
    {
        var sum = gradient.AsSpan(feature * labels, labels);
        sum.Clear();
        if (feature == matrix.Starts.Length - 1)
        {
            for (var row = 0; row < matrix.Rows.Length; row++)
                TensorPrimitives.Add(sum, errors.AsSpan(row * labels, labels), sum);
        }
        else
        {
            foreach (var row in matrix.Members.AsSpan(matrix.Starts[feature]..matrix.Starts[feature + 1]))
                TensorPrimitives.MultiplyAdd(errors.AsSpan(row * labels, labels), matrix.Values[row], sum, sum);
        }

        TensorPrimitives.Divide(sum, matrix.Rows.Length, sum);
    }
}
