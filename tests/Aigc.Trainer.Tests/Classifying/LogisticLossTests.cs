using Aigc.Models.Classification;
using Aigc.Trainer.Classifying;

namespace Aigc.Trainer.Tests.Classifying;

public sealed class LogisticLossTests
{
    static readonly FeatureShape Shape = new() { Buckets = 32, CharacterOrders = [] };

    static readonly LabelledRow[] Rows =
    [
        Row("you are fine"), Row("bad bad thing", "bad"), Row("bad and sad", "bad", "sad"), Row("so sad", "sad"), Row("nothing here"), Row("all is well"), Row(""),
    ];

    [Fact]
    public void The_gradient_is_that_of_the_loss()
    {
        var loss = new LogisticLoss(FeatureMatrix.Of(Rows, Shape, 2), Rows, ["bad", "sad"], 2);
        var random = new Random(1);
        float[] at = [.. Enumerable.Range(0, loss.Length).Select(_ => (random.NextSingle() - 0.5f) * 4)];
        var (gradient, unused) = (new float[at.Length], new float[at.Length]);
        loss.Evaluate(at, gradient);
        const float Step = 1e-2f;
        for (var i = 0; i < at.Length; i++)
        {
            var kept = at[i];
            at[i] = kept + Step;
            var above = loss.Evaluate(at, unused);
            at[i] = kept - Step;
            var below = loss.Evaluate(at, unused);
            at[i] = kept;
            Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-3);
        }
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        float[][] gradients = [.. new[] { 1, 3 }.Select(threads =>
        {
            var loss = new LogisticLoss(FeatureMatrix.Of(Rows, Shape, threads), Rows, ["bad", "sad"], threads);
            var gradient = new float[loss.Length];
            loss.Evaluate([.. Enumerable.Range(0, loss.Length).Select(i => MathF.Sin(i))], gradient);
            return gradient;
        })];
        Assert.Equal(gradients[0], gradients[1]);
    }

    [Fact]
    public void The_minimum_of_a_quadratic_is_found()
    {
        float[] at = [5, -3, 2];
        float[] scale = [1, 10, 100];
        Lbfgs.Minimise(
            (x, gradient) =>
            {
                var sum = 0.0;
                for (var i = 0; i < x.Length; i++)
                {
                    gradient[i] = scale[i] * (x[i] - i);
                    sum += scale[i] * (x[i] - i) * (double)(x[i] - i) / 2;
                }

                return sum;
            },
            at,
            _ => true);
        Assert.Equal([0, 1, 2], at.Select(x => Math.Round(x, 1)));
    }

    static LabelledRow Row(string words, params string[] labels) => new(words, words, labels, words, false);
}
