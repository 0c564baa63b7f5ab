using System.Globalization;
using System.Text;
using Aigc.Contracts.DataSupply;
using Aigc.DataSupply.Rules;

namespace Aigc.DataSupply.Builds;

/// <summary>The dataset card: YAML that Hugging Face <c>datasets</c> reads, then counts of every stage for people. No date: the same data gives the same card.</summary>
internal static class DatasetCard
{
    public static void Write(string folder, string name, PrepareSpec prepare, MergeOutcome outcome)
    {
        var rules = RuleSet.Load(prepare.Preset);
        var card = new StringBuilder();
        WriteYaml(card, name, prepare, outcome);
        card.Append(CultureInfo.InvariantCulture, $"# {name}\n\n");
        card.Append(CultureInfo.InvariantCulture, $"{outcome.Rows} documents, {outcome.TextBytes} bytes of text (UTF-8): ");
        card.Append(CultureInfo.InvariantCulture, $"{outcome.TrainRows} in the train split, {outcome.ValidationRows} in the validation split{(outcome.TestRows > 0 ? $", {outcome.TestRows} in the test split" : "")}, divided by document");
        card.Append(outcome.Groups > 0 ? $", and by group where a document names one: no group of the {outcome.Groups} is in two splits.\n\n" : ".\n\n");
        card.Append("## Preparation\n\n");
        card.Append(CultureInfo.InvariantCulture, $"Rules: `{rules.Name}` ({rules.Rules.Count} rules, sha256 `{rules.Digest}`). {rules.Description}\n\n");
        card.Append(prepare.Languages.Count > 0 ? $"Languages kept: {string.Join(", ", prepare.Languages)}.\n" : "All languages kept.\n");
        card.Append(prepare.NearDuplicates is { } threshold
            ? string.Create(CultureInfo.InvariantCulture, $"Near duplicates: Jaccard similarity of 5-word shingles from {threshold}, found with 14 × 8 MinHash bands and checked on the shingles.\n")
            : "Near duplicates are kept; equal texts are not.\n");
        card.Append(prepare.RedactPii ? "Personal data is replaced by placeholders.\n" : "Personal data is not redacted.\n");
        card.Append("\n## Counts\n\n| stage | documents |\n|---|---:|\n");
        foreach (var (stage, number) in outcome.Counts)
        {
            card.Append(CultureInfo.InvariantCulture, $"| {stage} | {number} |\n");
        }

        card.Append("\n`files`, `skipped.*` count files and parts of files, `bytes.*` bytes, `redacted.*` placeholders; everything else counts documents.\n");
        card.Append("\nWhat was rejected lies in `rejected/rejected.jsonl.gz` with the rule and the value measured; which document repeats which in\n`rejected/duplicates.jsonl.gz`. ");
        card.Append("Rows: `id`, `text`, `source`, `title`, `language`, `signals`; and `labels` and `group` where the source had them (an empty list says that none of the labels holds).\n");
        File.WriteAllText(Path.Combine(folder, "README.md"), card.ToString(), new UTF8Encoding(false));
    }

    private static void WriteYaml(StringBuilder card, string name, PrepareSpec prepare, MergeOutcome outcome)
    {
        card.Append("---\nconfigs:\n- config_name: default\n  data_files:\n");
        foreach (var (split, rows) in new[] { ("train", outcome.TrainRows), ("validation", outcome.ValidationRows), ("test", outcome.TestRows) })
        {
            if (rows > 0)
            {
                card.Append(CultureInfo.InvariantCulture, $"  - split: {split}\n    path: data/{split}-*.jsonl.gz\n");
            }
        }

        if (prepare.Languages.Count > 0)
        {
            card.Append("language:\n");
            foreach (var language in prepare.Languages)
            {
                card.Append(CultureInfo.InvariantCulture, $"- {language}\n");
            }
        }

        card.Append(CultureInfo.InvariantCulture, $"pretty_name: \"{name.Replace("\\", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)}\"\n---\n\n");
    }
}
