using System.Globalization;
using System.Text;
using Aigc.Annotation.Kinds;
using Aigc.Contracts.Annotation;

namespace Aigc.Annotation.Export;

/// <summary>The card of a labelled version, in the layout Hugging Face reads.</summary>
internal static class LabelCard
{
    public static string Write(
        ExportLabels command, long rows, long open, IReadOnlyDictionary<string, long> counts, IReadOnlyDictionary<string, double> agreement)
    {
        // Everything here is made of checked names, digests and numbers, and the campaign's own name stays out of the YAML; labels of its own are cut to a line by their check.
        var kind = TaskKinds.Of(command.Annotation.Task);
        var card = new StringBuilder();
        card.Append("---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*.jsonl.gz\n---\n\n# Labels\n\n");
        Line($"Made from the dataset version `{command.Dataset.Folder.Digest}`.");
        card.Append('\n');
        Line($"Task: {command.Annotation.Task}. Automatic labelers: {(kind.HasLabelers ? string.Join(", ", command.Annotation.Labelers) : "none")}. Labels per task: {command.Annotation.Overlap}. On disagreement: {command.Annotation.OnDisagreement}.");
        card.Append("\n| tasks | count |\n|---|---|\n");
        Line($"| sampled | {rows + open} |");
        Line($"| labelled, in this version | {rows} |");
        Line($"| left open for people | {open} |");
        card.Append("\n## Agreement\n\n| measure | value |\n|---|---|\n");
        foreach (var (name, value) in agreement.OrderBy(coefficient => coefficient.Key, StringComparer.Ordinal))
            Line($"| {name} | {value:0.0000} |");
        if (counts.Count > 0)
        {
            card.Append("\n## Labels given\n\n| label | times |\n|---|---|\n");
            foreach (var (name, count) in counts)
                Line($"| {name.Replace("|", "\\|", StringComparison.Ordinal)} | {count} |");
        }

        Line($"\n## Fields\n\n`id`, {kind.Fields}, `sourceDocumentId`, `annotators`.");
        return card.ToString();

        void Line(FormattableString line) => card.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
