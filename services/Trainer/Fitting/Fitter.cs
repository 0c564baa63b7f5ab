using System.Diagnostics;
using Aigc.Models.Llama;
using Aigc.Models.Training;
using Aigc.Trainer.Data;
using Aigc.Trainer.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Aigc.Trainer.Fitting;

/// <summary>Fits the weights until the budget is used, from the last checkpoint where there is one.</summary>
internal sealed class Fitter(TrainerJob job, LlamaShape shape, ParameterSet weights, BatchOrder order, EventWriter events, string checkpoint)
{
    public const int Rows = 4;
    const float HighestRate = 3e-3f;
    const double LowestShare = 0.02, WarmUp = 0.04;
    const double Smoothing = 0.05;
    const int CurvePoints = 200;

    /// <summary>Tokens of a step.</summary>
    public static int StepTokens(LlamaShape shape) => Rows * shape.ContextLength;

    public FitState Run(ScalarType type)
    {
        var optimiser = new AdamW(weights);
        var state = Checkpoint.Load(checkpoint, weights, optimiser) ?? new FitState();
        using var model = new TorchLlama(shape, weights);
        var before = state.Seconds;
        var (first, clock, saved) = (state.Step, Stopwatch.StartNew(), Stopwatch.StartNew());
        while (Share(state) < 1)
        {
            var loss = Step(model, optimiser, state, type);
            if (!double.IsFinite(loss))
                throw new TrainerException("training_diverged", "The training loss is no longer a number; try another seed.");
            state = Advance(state, loss, before + clock.Elapsed.TotalSeconds);
            if (saved.Elapsed.TotalSeconds >= job.CheckpointSeconds)
            {
                Checkpoint.Save(checkpoint, state, weights, optimiser);
                saved.Restart();
            }

            Report(state, (state.Step - first) * (double)StepTokens(shape) / clock.Elapsed.TotalSeconds);
        }

        if (state.Step == 0 || (state.Step == 1 && job.Steps != 1 && state.Seconds > job.Seconds))
        {
            throw new TrainerException("budget_too_small",
                FormattableString.Invariant($"The training budget of {job.Seconds:0.###} s and {job.Steps?.ToString() ?? "any number of"} steps is too small to finish one step; give it more minutes."));
        }

        Checkpoint.Save(checkpoint, state, weights, optimiser);
        return state;
    }

    /// <summary>Share of the budget used, by time or by steps, whichever is further.</summary>
    double Share(FitState state) => Math.Max(state.Seconds / job.Seconds, job.Steps is { } steps ? (double)state.Step / Math.Max(steps, 1e-9) : 0)
        is var share && double.IsNaN(share) ? 1 : share;

    double Step(TorchLlama model, AdamW optimiser, FitState state, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var length = shape.ContextLength;
        long[] inputs = new long[Rows * length], targets = new long[Rows * length];
        for (var row = 0; row < Rows; row++)
            order.Fill(((long)state.Step * Rows) + row, inputs.AsSpan(row * length, length), targets.AsSpan(row * length, length));
        var logits = model.Logits(tensor(inputs, [Rows, length]), type);
        var loss = nn.functional.cross_entropy(logits, tensor(targets));
        loss.backward();
        optimiser.Step(state.Step + 1, Rate(Share(state)));
        return loss.item<float>();
    }

    /// <summary>Linear warm-up, then a cosine down to a small share, over the budget's share rather than over steps.</summary>
    internal static float Rate(double share)
    {
        if (share < WarmUp)
            return (float)(HighestRate * Math.Max(share / WarmUp, 0.02));
        var progress = Math.Min(1, (share - WarmUp) / (1 - WarmUp));
        return (float)(HighestRate * (LowestShare + ((1 - LowestShare) * 0.5 * (1 + Math.Cos(Math.PI * progress)))));
    }

    static FitState Advance(FitState state, double loss, double seconds)
    {
        var smoothed = state.Step == 0 ? loss : state.Loss + (Smoothing * (loss - state.Loss));
        var curve = state.Curve;
        // Thinned by halves, so that a long run's curve stays a few hundred points.
        var period = 1 << Math.Max(0, (int)Math.Log2(Math.Max(1, (state.Step + 1) / CurvePoints)) + 1);
        if (state.Step == 0 || (state.Step + 1) % period == 0)
            curve = [.. curve.Where(p => p.Step == 1 || p.Step % period == 0), new LossSample(state.Step + 1, Math.Round(smoothed, 4))];
        return new FitState { Step = state.Step + 1, Seconds = seconds, Loss = smoothed, Curve = curve };
    }

    void Report(FitState state, double rate)
    {
        var bySteps = job.Steps is { } steps && (double)state.Step / steps >= state.Seconds / job.Seconds;
        if (bySteps)
            events.Progress(state.Step, job.Steps, "steps", state.Step, Math.Round(state.Loss, 4), Math.Round(rate));
        else
            events.Progress(Math.Min(state.Seconds, job.Seconds), job.Seconds, "seconds", state.Step, Math.Round(state.Loss, 4), Math.Round(rate));
    }
}
