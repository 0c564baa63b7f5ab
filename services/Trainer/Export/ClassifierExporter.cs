using Aigc.Models.Classification;
using Aigc.Trainer.Classifying;
using Aigc.Trainer.Runs;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Trainer.Export;

/// <summary>Writes a classifier's graph and compares it with the trainer. An export that computes something else is refused.</summary>
internal static class ClassifierExporter
{
    const int Batch = 16, Compared = 1024;

    /// <summary>Writes the graph into a folder.</summary>
    /// <param name="directory">Folder.</param>
    /// <param name="parameters">[buckets + 1, labels], the biases last.</param>
    /// <param name="matrix">Rows to compare on.</param>
    /// <param name="expected">Their logits [rows, labels].</param>
    /// <param name="labels">Labels.</param>
    /// <returns>The largest absolute difference of a logit.</returns>
    /// <exception cref="TrainerException"><c>export_mismatch</c>.</exception>
    public static double Export(string directory, float[] parameters, FeatureMatrix matrix, float[] expected, int labels)
    {
        ClassifierGraph.Write(directory, parameters.AsSpan(0, parameters.Length - labels), parameters.AsSpan(parameters.Length - labels));
        var difference = Difference(directory, matrix, expected, labels);
        return difference <= Exporter.Tolerance
            ? difference
            : throw new TrainerException("export_mismatch", FormattableString.Invariant($"The exported graph differs from the trainer by {difference:E2} in a logit (at most {Exporter.Tolerance:E0} is allowed)."));
    }

    /// <summary>How far a folder's graph is from the trainer; not a number where the graph gives one that is not.</summary>
    internal static double Difference(string directory, FeatureMatrix matrix, float[] expected, int labels)
    {
        using var session = new InferenceSession(Path.Combine(directory, "model.onnx"));
        var (rows, difference) = (Math.Min(matrix.Rows.Length, Compared), 0.0);
        for (var start = 0; start < rows; start += Batch)
        {
            var logits = Run(session, matrix, start, Math.Min(Batch, rows - start));
            for (var i = 0; i < logits.Length; i++)
                difference = Math.Max(difference, Math.Abs((double)logits[i] - expected[(start * labels) + i]));
        }

        return difference;
    }

    static float[] Run(InferenceSession session, FeatureMatrix matrix, int start, int count)
    {
        // A text without a word has no feature, and a graph no row without any.
        var width = Math.Max(1, matrix.Rows.Skip(start).Take(count).Max(row => row.Length));
        var (ids, values) = (new long[count * width], new float[count * width]);
        for (var row = 0; row < count; row++)
        {
            var features = matrix.Rows[start + row];
            for (var i = 0; i < features.Length; i++)
                (ids[(row * width) + i], values[(row * width) + i]) = (features[i], matrix.Values[start + row]);
        }

        using var options = new RunOptions();
        using var idsValue = OrtValue.CreateTensorValueFromMemory(ids, [count, width]);
        using var valuesValue = OrtValue.CreateTensorValueFromMemory(values, [count, width]);
        using var outputs = session.Run(options, [ClassifierGraph.Ids, ClassifierGraph.Values], [idsValue, valuesValue], [ClassifierGraph.Logits]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
