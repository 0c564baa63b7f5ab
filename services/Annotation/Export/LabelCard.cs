using System.Globalization;
using System.Text;
using Aigc.Contracts.Annotation;

namespace Aigc.Annotation.Export;

/// <summary>The card of a labelled version, in the layout Hugging Face reads.</summary>
internal static class LabelCard
{
    public static string Write(
        ExportLabels command, long rows, long open, IReadOnlyDictionary<string, long> byTopic, IReadOnlyDictionary<string, double> agreement)
    {
        // Everything here is made of checked names, digests and numbers: the campaign's own name stays out of the YAML.
        var card = new StringBuilder();
        card.Append("---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*.jsonl.gz\n---\n\n# Labels\n\n");
        Line($"Made from the dataset version `{command.Dataset.Folder.Digest}`.");
        card.Append('\n');
        Line($"Task: {command.Annotation.Task}. Automatic labelers: {string.Join(", ", command.Annotation.Labelers)}. Labels per task: {command.Annotation.Overlap}. On disagreement: {command.Annotation.OnDisagreement}.");
        card.Append("\n| tasks | count |\n|---|---|\n");
        Line($"| sampled | {rows + open} |");
        Line($"| labelled, in this version | {rows} |");
        Line($"| left open for people | {open} |");
        card.Append("\n## Agreement of the automatic labelers on the topic\n\n| coefficient | value |\n|---|---|\n");
        foreach (var (name, value) in agreement.OrderBy(coefficient => coefficient.Key, StringComparer.Ordinal))
            Line($"| {name} | {value:0.0000} |");
        card.Append("\n## Topics\n\n| topic | rows |\n|---|---|\n");
        foreach (var (topic, count) in byTopic)
            Line($"| {topic} | {count} |");
        card.Append("\n## Fields\n\n`id`, `instruction`, `response`, `topic`, `sourceDocumentId`, `annotators`. Instructions and responses come from the documents' own sentences.\n");
        return card.ToString();

        void Line(FormattableString line) => card.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
