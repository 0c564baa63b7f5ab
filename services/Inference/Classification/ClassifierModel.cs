using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Models.Classification;

namespace Aigc.Inference.Classification;

/// <summary>A classifier that this process runs. A long text is as suspicious as the most suspicious of its windows, label by label.</summary>
internal sealed class ClassifierModel(ModelRef reference, OrtClassifier classifier, ClassifierConfig config, TurnFacts facts, TimeProvider time)
    : TurnModel(reference, facts, time)
{
    /// <summary>Most windows of a turn: what is computed before another request's turn comes, and what their features take.</summary>
    private const int MostRows = 64;

    // Padding included: the weights of each feature are gathered before they are added, so a run takes so many times the labels.
    private const int MostFeatures = 65_536;

    /// <summary>Bytes that a run takes at most beside the weights: ids, values, and the gathered weights twice.</summary>
    public static long ActivationBytes(int labels) => MostFeatures * (12L + (8L * labels));

    /// <summary>What it tells texts apart by.</summary>
    public IReadOnlyList<string> Labels => config.Labels;

    /// <summary>The labels of texts, in their order.</summary>
    /// <param name="inputs">None of them empty.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="GenerationFailedException">A logit is not a number.</exception>
    public async Task<TextLabels[]> Classify(IReadOnlyList<string> inputs, CancellationToken ct)
    {
        var most = inputs.Select(_ => Enumerable.Repeat(float.NegativeInfinity, Labels.Count).ToArray()).ToArray();
        var windows = inputs.Index().SelectMany(input => TextWindows.Of(config.Features, input.Item).Select(window => new Window(input.Index, window)));
        await InTurns(windows.Chunk(MostRows), turn => Run(turn, most), ct);
        return [.. most.Select(Told)];
    }

    /// <summary>Rows of like length together, and no more of them than a run may take: the lengths of its rows and the end of each of its runs.</summary>
    internal static IEnumerable<Range> Runs(IReadOnlyList<int> lengths)
    {
        for (var start = 0; start < lengths.Count;)
        {
            var count = Math.Clamp(MostFeatures / Math.Max(1, lengths[start]), 1, lengths.Count - start);
            yield return start..(start + count);
            start += count;
        }
    }

    protected override void Unload() => classifier.Dispose();

    private long Run(Window[] turn, float[][] most)
    {
        // Longest first, so that the first row of a run is its width.
        var rows = turn.Select(window => (window.Input, Row: HashedFeatures.Of(config.Features, window.Text))).OrderByDescending(row => row.Row.Ids.Length).ToArray();
        foreach (var run in Runs([.. rows.Select(row => row.Row.Ids.Length)]))
        {
            var part = rows[run];
            var logits = classifier.Run([.. part.Select(row => row.Row)]);
            foreach (var (number, (input, _)) in part.Index())
                Keep(logits.AsSpan(number * Labels.Count, Labels.Count), most[input], input);
        }
        return turn.Sum(window => (long)ClassifyText.TokensOf(window.Text));
    }

    private static void Keep(ReadOnlySpan<float> logits, float[] most, int input)
    {
        for (var label = 0; label < most.Length; label++)
        {
            if (!float.IsFinite(logits[label]))
            {
                throw new GenerationFailedException(new()
                {
                    Code = "model_output_invalid",
                    Message = FormattableString.Invariant($"The model gave logits that are not numbers for input {input}: the model is damaged."),
                });
            }
            most[label] = MathF.Max(most[label], logits[label]);
        }
    }

    private TextLabels Told(float[] logits)
    {
        double[] probabilities = [.. logits.Select(logit => 1 / (1 + Math.Exp(-(double)logit)))];
        return new() { Probabilities = [.. probabilities.Select(probability => (float)probability)], Flags = [.. probabilities.Zip(config.Thresholds, (probability, threshold) => probability >= threshold)] };
    }

    private readonly record struct Window(int Input, string Text);
}
