using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine.Drafts;

/// <summary>How often a draft's choice is the model's: the likeliest token against a draw with the request's own number.</summary>
public sealed class GuessTests
{
    private const int Vocabulary = 8_000;
    private const int Draws = 400;

    [Theory]
    [InlineData(0.7, 0.3)]
    [InlineData(0.7, 1)]
    [InlineData(1, 0.3)]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    public void Drawing_with_the_requests_number_is_right_at_least_as_often(double temperature, double noise)
    {
        var spec = new SamplingSpec { Temperature = temperature };
        var (likeliest, drawn) = (0, 0);
        var (sampler, random) = (new Sampler(Vocabulary), new Random(1));
        for (var i = 0; i < Draws; i++)
        {
            var model = Row(random);
            float[] draft = [.. model.Select(logit => logit + (float)(noise * Normal(random)))];
            SplitMix truth = new((ulong)i), guess = truth;
            var chosen = sampler.Choose(model, spec, ref truth);
            likeliest += Array.IndexOf(draft, draft.Max()) == chosen ? 1 : 0;
            drawn += sampler.Choose(draft, spec, ref guess) == chosen ? 1 : 0;
        }
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($"T {temperature}, noise {noise}: likeliest {(double)likeliest / Draws:p0}, drawn {(double)drawn / Draws:p0}"));
        Assert.True(drawn >= likeliest, $"likeliest {likeliest}, drawn {drawn} of {Draws}");
    }

    // A language model's row: a few tokens with most of the mass, the rest far below; how peaked it is varies from row to row.
    private static float[] Row(Random random)
    {
        var row = new float[Vocabulary];
        for (var i = 0; i < row.Length; i++)
            row[i] = (float)((2 * Normal(random)) - 4);
        var first = 10 + (4 * random.NextDouble());
        for (var i = 0; i < 20; i++)
            row[random.Next(Vocabulary)] = (float)(first - (i * (0.3 + random.NextDouble())));
        return row;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
