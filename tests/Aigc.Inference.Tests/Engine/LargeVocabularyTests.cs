using System.Diagnostics;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine;

/// <summary>Cuts over a real vocabulary's width, against sorting all of it.</summary>
public sealed class LargeVocabularyTests
{
    private const int Vocabulary = 151_936;

    public static TheoryData<int, double, double, double> Cuts => new()
    {
        { 40, 1, 0, 3 }, { 5000, 1, 0, 3 }, { 0, 0.9, 0, 3 }, { 0, 0.9, 0, 0.3 }, { 0, 0.999, 0, 0.01 }, { 0, 0.5, 0, 0 }, { 0, 1, 0.1, 3 }, { 1000, 0.95, 0.02, 1 },
    };

    [Theory]
    [MemberData(nameof(Cuts))]
    public void What_can_be_drawn_is_what_sorting_leaves(int topK, double topP, double minP, double spread)
    {
        var logits = Logits(spread);
        var spec = new SamplingSpec { Temperature = 0.9, TopK = topK, TopP = topP, MinP = minP };
        var allowed = Reference(logits, spec);
        var (sampler, random) = (new Sampler(Vocabulary), new SplitMix(3));
        var counts = new Dictionary<int, int>();
        for (var i = 0; i < 400; i++)
        {
            var token = sampler.Choose(logits, spec, ref random);
            counts[token] = counts.GetValueOrDefault(token) + 1;
        }
        Assert.All(counts.Keys, token => Assert.Contains(token, allowed));
        Assert.True(allowed.Count > 20 || counts.Count > 1 || allowed.Count == 1);

        // The borders of the draw are those of the masses in the order of ids.
        var largest = logits.Max();
        var mass = allowed.Order().Select(id => Math.Exp((logits[id] - largest) / 0.9)).ToArray();
        var (at, target) = (0, new SplitMix(11).NextDouble() * mass.Sum());
        for (var sum = mass[0]; sum <= target - 1e-3; sum += mass[++at])
        {
        }
        random = new(11);
        var drawn = allowed.Order().ToList().IndexOf(sampler.Choose(logits, spec, ref random));
        Assert.InRange(drawn, at - (allowed.Count / 100) - 1, at + (allowed.Count / 100) + 1);
    }

    /// <summary>Figures for people; run with <c>-explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public void Figures_of_a_choice()
    {
        SamplingSpec[] specs =
        [
            new() { Temperature = 0 }, new() { Temperature = 1 }, new() { Temperature = 1, TopK = 40 }, new() { Temperature = 1, TopP = 0.95 },
            new() { Temperature = 1, TopK = 40, TopP = 0.95 }, new() { Temperature = 1, MinP = 0.05 },
        ];
        foreach (var spread in (double[])[3, 0.3])
        {
            var logits = Logits(spread);
            foreach (var spec in specs)
            {
                var (sampler, random) = (new Sampler(Vocabulary), new SplitMix(3));
                for (var i = 0; i < 200; i++)
                    sampler.Choose(logits, spec, ref random);
                var begun = Stopwatch.GetTimestamp();
                for (var i = 0; i < 500; i++)
                    sampler.Choose(logits, spec, ref random);
                TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
                    $"spread {spread}, T {spec.Temperature}, k {spec.TopK}, p {spec.TopP}, min-p {spec.MinP}: {Stopwatch.GetElapsedTime(begun).TotalMicroseconds / 500:f0} us"));
            }
        }
    }

    private static float[] Logits(double spread)
    {
        var random = new Random(9);
        return [.. Enumerable.Range(0, Vocabulary).Select(_ => (float)(spread * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    private static HashSet<int> Reference(float[] logits, SamplingSpec spec)
    {
        var largest = logits.Max();
        var best = logits.Select((logit, id) => (logit, id)).OrderByDescending(entry => entry.logit).ThenBy(entry => entry.id)
            .Take(spec.TopK > 0 ? spec.TopK : logits.Length).Select(entry => (Weight: Math.Exp((entry.logit - largest) / spec.Temperature), entry.id)).ToList();
        var (total, sum, count) = (best.Sum(entry => entry.Weight), 0.0, 0);
        while (count < best.Count && (spec.TopP == 1 || sum < (total * spec.TopP) + 1e-4))
            sum += best[count++].Weight;
        return [.. best.Take(count).Where(entry => entry.Weight >= spec.MinP - 1e-5).Select(entry => entry.id)];
    }
}
