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
            ["bitsPerByte"] = Figure(evaluation.BitsPerByte, "F4"),
            ["baselineBitsPerByte"] = Figure(evaluation.BaselineBitsPerByte, "F4"),
            ["evaluatedBytes"] = Figure(evaluation.Bytes, "D"),
            ["exportMaxLogitDifference"] = Figure(evaluation.ExportMaxLogitDifference, "E1"),
            ["passed"] = evaluation.Passed ? "true" : "false",
            ["reused"] = message.Reused ? "true" : "false",
            ["crashes"] = Figure(message.Crashes, "D"),
        };
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
