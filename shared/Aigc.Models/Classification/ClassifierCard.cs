using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aigc.Models.Folders;

namespace Aigc.Models.Classification;

/// <summary>What a classifier is, what it was made from and how good it is: <c>card.json</c> for programs, <c>README.md</c> for people.</summary>
public sealed record ClassifierCard
{
    /// <summary>Registered name.</summary>
    public required string Name { get; init; }

    /// <summary><c>large</c>, <c>small</c> or <c>micro</c>.</summary>
    public required string Tier { get; init; }

    /// <summary>Family of the architecture.</summary>
    public string Architecture { get; init; } = ClassifierConfig.ModelType;

    /// <summary>Labels in the order of the graph's output.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Weights and biases.</summary>
    public required long Parameters { get; init; }

    /// <summary>Most n-grams of a text that are looked at.</summary>
    public required int MaxFeatures { get; init; }

    /// <summary>What it was made from.</summary>
    public required ModelLineage Lineage { get; init; }

    /// <summary>How good it is.</summary>
    public required ClassifierEvaluation Evaluation { get; init; }

    /// <summary>How it was trained.</summary>
    public required ClassifierTrainingFacts Training { get; init; }

    static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Reads <c>card.json</c>.</summary>
    /// <exception cref="JsonException">It is not a card.</exception>
    public static ClassifierCard Read(JsonElement json) => json.Deserialize<ClassifierCard>(Format) ?? throw new JsonException("the card is empty");

    /// <summary>Writes <c>card.json</c> and <c>README.md</c> into a folder.</summary>
    public void Write(string directory)
    {
        File.WriteAllText(Path.Combine(directory, ModelCard.FileName), JsonSerializer.Serialize(this, Format) + "\n");
        File.WriteAllText(Path.Combine(directory, "README.md"), ClassifierCardText.Of(this));
    }
}

/// <summary>Figures on rows of families that neither the weights nor the thresholds have seen. Macro figures are means over the labels that occur there.</summary>
public sealed record ClassifierEvaluation
{
    /// <summary>Rows measured on.</summary>
    public required int Rows { get; init; }

    /// <summary>Families among them.</summary>
    public required int Families { get; init; }

    /// <summary><c>test</c>, or <c>validation</c> for half of its families.</summary>
    public required string Split { get; init; }

    /// <summary>Rows among them that a recipe made.</summary>
    public required int GeneratedRows { get; init; }

    /// <summary>Held-out rows left aside, because their text or their family had been learned from.</summary>
    public required int SeenRows { get; init; }

    /// <summary>Bytes of UTF-8 of the rows' texts.</summary>
    public required long Bytes { get; init; }

    /// <summary>Mean of the labels' precision.</summary>
    public required double MacroPrecision { get; init; }

    /// <summary>Mean of the labels' recall.</summary>
    public required double MacroRecall { get; init; }

    /// <summary>Mean of the labels' F1.</summary>
    public required double MacroF1 { get; init; }

    /// <summary>Mean of the labels' average precision.</summary>
    public required double MacroAveragePrecision { get; init; }

    /// <summary>Macro F1 of the word list.</summary>
    public required double BaselineMacroF1 { get; init; }

    /// <summary>Largest absolute difference of a logit between the trainer and the exported graph.</summary>
    public required double ExportMaxLogitDifference { get; init; }

    /// <summary>The labels, in the order of the graph's output.</summary>
    public required IReadOnlyList<LabelEvaluation> Labels { get; init; }
}

/// <summary>One label.</summary>
public sealed record LabelEvaluation
{
    /// <summary>The label.</summary>
    public required string Label { get; init; }

    /// <summary>Rows that have it; nothing was measured where there are none.</summary>
    public required int Support { get; init; }

    /// <summary>Probability from which a text has it.</summary>
    public required double Threshold { get; init; }

    /// <summary>At the threshold.</summary>
    public required LabelScore Score { get; init; }

    /// <summary>Area under the steps of precision over recall; of never saying it, the label's share of the rows.</summary>
    public required double AveragePrecision { get; init; }

    /// <summary>The n-gram of words that alone told the training rows apart best.</summary>
    public required string BaselineWord { get; init; }

    /// <summary>Of saying the label where that n-gram occurs.</summary>
    public required LabelScore Baseline { get; init; }
}

/// <summary>Precision and recall; 0 where there is nothing to divide by.</summary>
/// <param name="Precision">Share of those it was said of that have it.</param>
/// <param name="Recall">Share of those that have it that it was said of.</param>
public readonly record struct LabelScore(double Precision, double Recall)
{
    /// <summary>Their harmonic mean.</summary>
    public double F1 => Precision + Recall > 0 ? 2 * Precision * Recall / (Precision + Recall) : 0;
}

/// <summary>Facts of a classifier's training.</summary>
public sealed record ClassifierTrainingFacts
{
    /// <summary>Rows learned from.</summary>
    public required int Rows { get; init; }

    /// <summary>Families among them.</summary>
    public required int Families { get; init; }

    /// <summary>Rows without labels, which were left out.</summary>
    public required int UnlabelledRows { get; init; }

    /// <summary>Rows the thresholds and the penalty were chosen on.</summary>
    public required int ThresholdRows { get; init; }

    /// <summary>Passes over the rows, of all penalties that were tried.</summary>
    public required int Steps { get; init; }

    /// <summary>The penalty that was chosen: half of it times the squared weights is added to the mean loss of a row.</summary>
    public required double Penalty { get; init; }

    /// <summary>Loss at the end, nats a label of a row.</summary>
    public required double Loss { get; init; }

    /// <summary>Seconds of fitting.</summary>
    public required double Seconds { get; init; }

    /// <summary>Random seed.</summary>
    public required int Seed { get; init; }
}
