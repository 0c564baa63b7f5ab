using Aigc.Models.Classification;

namespace Aigc.Trainer.Classifying;

/// <summary>
/// Rows as features, and the same by feature: one sum goes over the features of a row, the other over the rows of a feature. Each has one writer and one
/// order, so that any number of threads gives the same bits.
/// </summary>
internal sealed class FeatureMatrix
{
    FeatureMatrix(int[][] rows, float[] values, int[] starts, int[] members) => (Rows, Values, Starts, Members) = (rows, values, starts, members);

    /// <summary>Features of each row.</summary>
    public int[][] Rows { get; }

    /// <summary>The weight that all features of a row have.</summary>
    public float[] Values { get; }

    /// <summary>Where in <see cref="Members"/> the rows of each feature begin, and the end.</summary>
    public int[] Starts { get; }

    /// <summary>Rows by feature.</summary>
    public int[] Members { get; }

    public static FeatureMatrix Of(IReadOnlyList<LabelledRow> texts, FeatureShape shape, int threads)
    {
        var (rows, values) = (new int[texts.Count][], new float[texts.Count]);
        Parallel.For(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, row =>
        {
            var (ids, weights) = HashedFeatures.Of(shape, texts[row].Text);
            rows[row] = Array.ConvertAll(ids, id => (int)id);
            values[row] = weights.Length > 0 ? weights[0] : 0;
        });
        var starts = new int[shape.Buckets + 1];
        foreach (var id in rows.SelectMany(row => row))
            starts[id + 1]++;
        for (var id = 0; id < shape.Buckets; id++)
            starts[id + 1] = checked(starts[id + 1] + starts[id]);
        var (members, next) = (new int[starts[^1]], starts.ToArray());
        for (var row = 0; row < rows.Length; row++)
        {
            foreach (var id in rows[row])
                members[next[id]++] = row;
        }

        return new(rows, values, starts, members);
    }
}
