using System.Numerics.Tensors;

namespace Aigc.Trainer.Classifying;

/// <summary>
/// Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.5) with a backtracking search: for a smooth convex function it needs no rate,
/// no order of the rows and no luck.
/// </summary>
internal static class Lbfgs
{
    const int Memory = 8, MostHalvings = 30;
    const double Sufficient = 1e-4, Flat = 1e-3, Unchanged = 1e-5;

    /// <summary>A function with its gradient.</summary>
    public delegate double Function(float[] at, float[] gradient);

    /// <summary>Goes downhill from <paramref name="at"/>, in place, until it is flat, nothing changes, or it is told to stop.</summary>
    /// <param name="function">What is made small.</param>
    /// <param name="at">Where it begins and ends.</param>
    /// <param name="go">Told the value after every evaluation that went downhill; false ends.</param>
    public static void Minimise(Function function, float[] at, Func<double, bool> go)
    {
        var (gradient, next, direction) = (new float[at.Length], new float[at.Length], new float[at.Length]);
        var trial = new float[at.Length];
        var pairs = new LinkedList<(float[] Step, float[] Change, double Curvature)>();
        var value = function(at, gradient);
        var first = Math.Max(TensorPrimitives.Norm<float>(gradient), 1e-12f);
        while (go(value) && TensorPrimitives.Norm<float>(gradient) > Flat * first)
        {
            Downhill(gradient, pairs, direction);
            var slope = TensorPrimitives.Dot<float>(gradient, direction);
            var (length, tried) = (pairs.Count > 0 ? 1.0 : 1 / first, double.NaN);
            for (var halvings = 0; halvings < MostHalvings; halvings++, length /= 2)
            {
                TensorPrimitives.MultiplyAdd(direction, (float)length, at, trial);
                tried = function(trial, next);
                if (tried <= value + (Sufficient * length * slope))
                    break;
            }

            if (!(tried < value))
                return;
            var (step, change) = (new float[at.Length], new float[at.Length]);
            TensorPrimitives.Subtract(trial, at, step);
            TensorPrimitives.Subtract(next, gradient, change);
            if (TensorPrimitives.Dot<float>(step, change) is > 0 and var curvature)
                pairs.AddLast((step, change, curvature));
            if (pairs.Count > Memory)
                pairs.RemoveFirst();
            var fallen = value - tried;
            trial.CopyTo(at, 0);
            (gradient, next, value) = (next, gradient, tried);
            if (fallen < Unchanged * Math.Abs(value))
                return;
        }
    }

    /// <summary>Minus the gradient times what the last steps tell of the inverse curvature.</summary>
    static void Downhill(float[] gradient, LinkedList<(float[] Step, float[] Change, double Curvature)> pairs, float[] direction)
    {
        TensorPrimitives.Negate(gradient, direction);
        var shares = new Stack<float>();
        for (var pair = pairs.Last; pair is not null; pair = pair.Previous)
        {
            var (step, change, curvature) = pair.Value;
            shares.Push((float)(TensorPrimitives.Dot<float>(step, direction) / curvature));
            TensorPrimitives.MultiplyAdd(change, -shares.Peek(), direction, direction);
        }

        if (pairs.Last is { } last)
            TensorPrimitives.Multiply(direction, (float)(last.Value.Curvature / TensorPrimitives.SumOfSquares<float>(last.Value.Change)), direction);
        foreach (var (step, change, curvature) in pairs)
        {
            var share = shares.Pop() - (float)(TensorPrimitives.Dot<float>(change, direction) / curvature);
            TensorPrimitives.MultiplyAdd(step, share, direction, direction);
        }
    }
}
