using System.Globalization;
using Aigc.Contracts.ModelTraining;

namespace Aigc.ModelTraining.Runs;

/// <summary>What a job shows of a run.</summary>
internal static class RunFacts
{
    public static Dictionary<string, string> Of(ModelFitted message)
    {
        var evaluation = message.Evaluation;
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["model"] = message.Model.Name,
            ["modelDigest"] = message.Model.Folder.Digest,
            ["evaluatedBytes"] = Figure(evaluation.Bytes, "D"),
            ["exportMaxLogitDifference"] = Figure(evaluation.ExportMaxLogitDifference, "E1"),
            ["passed"] = evaluation.Passed ? "true" : "false",
            ["reused"] = message.Reused ? "true" : "false",
            ["crashes"] = Figure(message.Crashes, "D"),
        };
        if (evaluation.Classifier is { } classifier)
        {
            facts["labels"] = Figure(classifier.Labels.Count, "D");
            facts["heldOutRows"] = Figure(classifier.Rows, "D");
            facts["macroPrecision"] = Figure(classifier.MacroPrecision, "F4");
            facts["macroRecall"] = Figure(classifier.MacroRecall, "F4");
            facts["macroF1"] = Figure(classifier.MacroF1, "F4");
            facts["baselineMacroF1"] = Figure(classifier.BaselineMacroF1, "F4");
        }
        else
        {
            facts["bitsPerByte"] = Figure(evaluation.BitsPerByte, "F4");
            facts["baselineBitsPerByte"] = Figure(evaluation.BaselineBitsPerByte, "F4");
        }

        if (evaluation.Loss is { Count: > 0 } curve)
        {
            facts["steps"] = Figure(curve[^1].Step, "D");
            facts["firstLoss"] = Figure(curve[0].Loss, "F3");
            facts["lastLoss"] = Figure(curve[^1].Loss, "F3");
        }

        return facts;
    }

    static string Figure(IFormattable value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
