using System.Text.RegularExpressions;
using Aigc.Contracts.ModelTraining;
using Aigc.Models.Llama;
using Aigc.Models.Training;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Fitting;

/// <summary>What can be asked for, and what passes.</summary>
internal static partial class TrainingRules
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$")]
    private static partial Regex KebabCase();

    /// <summary>Refuses what cannot be done before anything is started.</summary>
    /// <exception cref="ProblemException">Names the field.</exception>
    public static void Check(FitModel command)
    {
        var training = command.Training;
        if (!KebabCase().IsMatch(command.Name))
            throw new ProblemException("invalid_name", "A model's name is lower-case letters, digits and hyphens, at most 63.", "name");
        if (training.Kind is not (null or "decoder" or TrainerJob.Classifier))
            throw new ProblemException("invalid_kind", $"A model's kind is decoder or classifier, not \"{training.Kind}\".", "training.kind");
        if (training.Kind == TrainerJob.Classifier && command.Labels is not null)
            throw new ProblemException("labels_not_supported", "A classifier learns the labels of the dataset's rows and takes no instruction pairs; leave the annotation out.", "labels");
        if (training.From != "scratch")
            throw new ProblemException("base_not_supported", $"Training from \"{training.From}\" is not supported; use \"scratch\".", "training.from");
        if (training.Tier is not ("large" or "small" or "micro"))
            throw new ProblemException("invalid_tier", $"A tier is large, small or micro, not \"{training.Tier}\".", "training.tier");
        if (training.Gate.BetterThan is not ("ngram-baseline" or "none"))
            throw new ProblemException("invalid_gate", $"A gate is ngram-baseline or none, not \"{training.Gate.BetterThan}\".", "training.gate.betterThan");
        if (!(training.Budget.Minutes > 0) || training.Budget.Steps <= 0 || !(training.Budget.Epochs is null or > 0))
            throw new ProblemException("budget_too_small", "The training budget is too small to finish one step; give it more minutes.", "training.budget");
        if (training.Budget.Minutes > Longest.TotalMinutes)
            throw new ProblemException("budget_too_large", $"A training budget is at most {Longest.TotalMinutes} minutes.", "training.budget.minutes");
        try
        {
            LlamaShape.Named(training.Shape);
        }
        catch (ArgumentException)
        {
            throw new ProblemException("invalid_shape", $"A shape is nano, tiny or mini, not \"{training.Shape}\".", "training.shape");
        }
    }

    /// <summary>True when a model is good enough for a gate.</summary>
    public static bool Passes(TrainingGate gate, EvaluationReport evaluation) => gate.BetterThan == "none"
        || (evaluation.Classifier is { } classifier ? classifier.MacroF1 > classifier.BaselineMacroF1 : evaluation.BitsPerByte < evaluation.BaselineBitsPerByte);
}
