using System.Text;

namespace Aigc.Models.Folders;

/// <summary>The card as Markdown with the front matter that model hubs read.</summary>
internal static class ModelCardText
{
    public static string Of(ModelCard card)
    {
        var (evaluation, training, lineage) = (card.Evaluation, card.Training, card.Lineage);
        var text = new StringBuilder();
        text.Append("---\nlibrary_name: onnx\npipeline_tag: text-generation\ntags: [aigc, llama, ").Append(card.Tier).Append("]\n---\n");
        Line($"# {card.Name}");
        Line($"");
        Line($"A {card.Tier} Llama decoder of {card.Parameters:N0} weights ({card.WeightFormat}), context {card.ContextLength} tokens, trained from {lineage.Base ?? "scratch"}.");
        Line($"It continues text like its training text; it knows nothing else and states falsehoods fluently.");
        Line($"");
        Line($"## Lineage");
        Line($"- dataset: {lineage.Dataset}, `{lineage.DatasetDigest}`");
        Line($"- labels: {(lineage.LabelsDigest is null ? "none" : $"`{lineage.LabelsDigest}`")}");
        Line($"- run: `{lineage.RunId}`");
        Line($"");
        Line($"## Evaluation");
        Line($"Held-out documents: {evaluation.Documents:N0}, {evaluation.Bytes:N0} bytes of UTF-8. A document's cost includes the token that ends it; it is divided by the bytes of its text.");
        Line($"");
        Line($"| | bits per byte |");
        Line($"|---|---|");
        Line($"| this model | {evaluation.BitsPerByte:F4} |");
        Line($"| {evaluation.Baseline} | {evaluation.BaselineBitsPerByte:F4} |");
        Line($"");
        Line($"Export: largest difference of a logit {evaluation.ExportMaxLogitDifference:E1} (fp32); loss {evaluation.ExportLoss:F4} (fp32), {evaluation.ServedLoss:F4} ({card.WeightFormat}).");
        Line($"");
        Line($"## Training");
        Line($"Shape {training.Shape}, {training.Steps:N0} steps, {training.Tokens:N0} tokens, {training.Seconds:F0} s, seed {training.Seed}, final loss {training.Loss:F3}; {training.Documents:N0} documents and {training.Pairs:N0} instruction pairs.");
        return text.ToString();

        void Line(FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');
    }
}
