using System.Diagnostics;
using System.Numerics.Tensors;
using Aigc.Models.Training;
using Aigc.Trainer.Runs;

namespace Aigc.Trainer.Classifying;

/// <summary>What was fitted.</summary>
/// <param name="Parameters">[buckets + 1, labels], the biases last.</param>
/// <param name="Penalty">Of the squared weights.</param>
/// <param name="Passes">Over the rows, for all penalties.</param>
/// <param name="Seconds">Of fitting.</param>
/// <param name="Curve">Loss by pass of the penalty that was chosen, nats a label of a row.</param>
internal sealed record FittedClassifier(float[] Parameters, double Penalty, int Passes, double Seconds, IReadOnlyList<LossSample> Curve);

/// <summary>
/// Fits with one penalty after another, each from where the one before ended, and keeps the one whose scores order the chosen rows best. A job takes seconds, so a
/// new life of the process begins again.
/// </summary>
internal sealed class ClassifierFit(TrainerJob job, EventWriter events)
{
    /// <summary>Passes over the rows with one penalty.</summary>
    const int MostPasses = 80;

    /// <summary>Penalties times the rows, the strongest first: an n-gram that occurs once must not decide.</summary>
    static readonly double[] Strengths = [1, 0.1, 0.01];

    readonly Stopwatch clock = Stopwatch.StartNew();
    int passes;

    int Steps => (int)Math.Min(job.Steps ?? int.MaxValue, Math.Ceiling(job.Epochs ?? int.MaxValue));

    /// <summary>Fits.</summary>
    /// <param name="loss">Loss on the training rows.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="rows">Training rows.</param>
    /// <param name="quality">How good parameters are on other rows; larger is better.</param>
    public FittedClassifier Run(LogisticLoss loss, int labels, int rows, Func<float[], double> quality)
    {
        var (at, best, bestQuality) = (new float[loss.Length], default(FittedClassifier), double.NegativeInfinity);
        foreach (var strength in Strengths)
        {
            if (best is not null && IsOver())
                break;
            var (penalty, curve) = (strength / rows, new List<LossSample>());
            Minimise(loss, labels, penalty, at, curve);
            var reached = quality(at);
            if (reached > bestQuality)
                (best, bestQuality) = (new FittedClassifier([.. at], penalty, 0, 0, curve), reached);
        }

        events.Progress(passes, passes, "passes", passes, best!.Curve[^1].Loss);
        return best with { Passes = passes, Seconds = clock.Elapsed.TotalSeconds };
    }

    void Minimise(LogisticLoss loss, int labels, double penalty, float[] at, List<LossSample> curve)
    {
        var (plain, most) = (0.0, passes + MostPasses);
        Lbfgs.Minimise(Penalised, at, _ =>
        {
            if (passes == 1 && clock.Elapsed.TotalSeconds >= job.Seconds)
                throw new TrainerException("budget_too_small", "The training budget is too small to finish one step; give it more minutes.");
            if (!double.IsFinite(plain))
                throw new TrainerException("training_diverged", "The loss is no longer a number.");
            curve.Add(new LossSample(passes, Math.Round(plain / labels, 6)));
            events.Progress(passes, Math.Min(Steps, MostPasses * Strengths.Length), "passes", passes, curve[^1].Loss);
            return passes < most && !IsOver();
        });

        double Penalised(float[] parameters, float[] gradient)
        {
            passes++;
            plain = loss.Evaluate(parameters, gradient);
            // The biases are free.
            ReadOnlySpan<float> weights = parameters.AsSpan(0, parameters.Length - labels);
            TensorPrimitives.MultiplyAdd(weights, (float)penalty, gradient.AsSpan(0, weights.Length), gradient);
            return plain + (penalty / 2 * TensorPrimitives.SumOfSquares(weights));
        }
    }

    bool IsOver() => passes >= Steps || clock.Elapsed.TotalSeconds >= job.Seconds;
}
