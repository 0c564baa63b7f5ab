using Aigc.Inference.Engine;
using Aigc.Models.Classification;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Classification;

/// <summary>Runs texts' features through a classifier's graph. One thread at a time.</summary>
internal sealed class OrtClassifier(InferenceSession session, int labels) : IDisposable
{
    private readonly RunOptions _run = new();

    /// <summary>A logit for each label of each row, row by row. Shorter rows are padded on the right with features of no weight.</summary>
    /// <param name="rows">At least one.</param>
    /// <exception cref="OnnxRuntimeException">The graph refused them.</exception>
    /// <exception cref="GenerationFailedException">They have other than one logit a label.</exception>
    public float[] Run(IReadOnlyList<TextFeatures> rows)
    {
        var width = Math.Max(1, rows.Max(row => row.Ids.Length));
        var (ids, values) = (new long[rows.Count * width], new float[rows.Count * width]);
        foreach (var (number, row) in rows.Index())
        {
            row.Ids.CopyTo(ids, number * width);
            row.Values.CopyTo(values, number * width);
        }
        long[] shape = [rows.Count, width];
        using var first = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var second = OrtValue.CreateTensorValueFromMemory(values, shape);
        using var outputs = session.Run(_run, new Dictionary<string, OrtValue> { [ClassifierGraph.Ids] = first, [ClassifierGraph.Values] = second }, [ClassifierGraph.Logits]);
        var logits = outputs[0].GetTensorDataAsSpan<float>();
        return logits.Length == rows.Count * labels
            ? logits.ToArray()
            : throw new GenerationFailedException(Problems.EngineFault(FormattableString.Invariant($"{rows.Count} rows have {logits.Length} logits, not {labels} each.")));
    }

    public void Dispose()
    {
        _run.Dispose();
        session.Dispose();
    }
}
