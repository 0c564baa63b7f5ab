using System.Globalization;
using Aigc.Benchmarks.Inference.Engines;
using Aigc.Benchmarks.Measures;

namespace Aigc.Benchmarks.Inference;

/// <summary>Two engines side by side, one round each in turn, until enough rounds were not disturbed.</summary>
internal static class Rounds
{
    private const int Wanted = 7;
    private const int Most = 15;

    /// <summary>Tokens a second of both sides, round by round.</summary>
    /// <param name="Ours">Of our engine.</param>
    /// <param name="Theirs">Of the other.</param>
    /// <param name="Clean">Rounds among them that nobody disturbed; with fewer than five of them, all rounds are told.</param>
    public sealed record Outcome(double[] Ours, double[] Theirs, int Clean)
    {
        public double Ratio => Report.Percentile(Ratios, 0.5);

        public double OurMedian => Report.Percentile(Ours, 0.5);

        public double TheirMedian => Report.Percentile(Theirs, 0.5);

        private IEnumerable<double> Ratios => Ours.Zip(Theirs, (ours, theirs) => ours / theirs);

        /// <summary>As the last column of a row.</summary>
        public string Text(string peer) => string.Create(CultureInfo.InvariantCulture,
            $"× {peer}: {OurMedian:N0} against {TheirMedian:N0} tokens/s, {(Clean < 5 ? $"{Ours.Length} rounds, {Clean} of them undisturbed" : $"{Ours.Length} undisturbed rounds")} ({Ratios.Min():F2}–{Ratios.Max():F2})");
    }

    /// <summary>Runs them. <paramref name="round"/> gives milliseconds for <paramref name="tokens"/> tokens.</summary>
    public static Outcome Alternate(EngineProcess ours, EngineProcess theirs, int tokens, Func<EngineProcess, double> round)
    {
        var (all, clean) = (new List<(double, double)>(), new List<(double, double)>());
        round(ours);
        round(theirs);
        while (clean.Count < Wanted && all.Count < Most)
        {
            var quiet = new Quiet(ours, theirs);
            theirs.WaitUntilIdle();
            var ourTime = round(ours);
            ours.WaitUntilIdle();
            var theirTime = round(theirs);
            all.Add((ourTime, theirTime));
            if (quiet.Foreign < Quiet.MostForeign)
                clean.Add((ourTime, theirTime));
        }

        var used = clean.Count < 5 ? all : clean;
        return new([.. used.Select(pair => tokens * 1000 / pair.Item1)], [.. used.Select(pair => tokens * 1000 / pair.Item2)], clean.Count);
    }
}
