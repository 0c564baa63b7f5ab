namespace Aigc.Contracts.ModelTraining;

/// <summary>
/// How well a classifier tells texts apart, on rows it did not learn from and whose families (<c>group</c>) it did not see. Macro figures are means over the
/// labels that occur among those rows.
/// </summary>
public sealed record ClassifierReport
{
    /// <summary>Rows measured on.</summary>
    public int Rows { get; init; }

    /// <summary>Families among them; a row without one is a family of its own.</summary>
    public int Families { get; init; }

    /// <summary>Which rows: <c>test</c>, or <c>validation</c> for half of its families where the dataset has no test split; the other half gave the thresholds.</summary>
    public string Split { get; init; } = "test";

    /// <summary>True where the rows come from a recipe: what they say of texts that people wrote has not been measured.</summary>
    public bool Generated { get; init; }

    /// <summary>Mean of the labels' precision.</summary>
    public double MacroPrecision { get; init; }

    /// <summary>Mean of the labels' recall.</summary>
    public double MacroRecall { get; init; }

    /// <summary>Mean of the labels' F1.</summary>
    public double MacroF1 { get; init; }

    /// <summary>Mean of the labels' average precision.</summary>
    public double MacroAveragePrecision { get; init; }

    /// <summary>Macro F1 of a list of words: for every label the n-gram that alone tells the training rows apart best.</summary>
    public double BaselineMacroF1 { get; init; }

    /// <summary>The labels, in the order of the model's output.</summary>
    public IReadOnlyList<LabelFigures> Labels { get; init; } = [];
}

/// <summary>One label on the held-out rows. Never saying a label has an F1 of 0 and an average precision of its share of the rows.</summary>
public sealed record LabelFigures
{
    /// <summary>The label.</summary>
    public string Label { get; init; } = "";

    /// <summary>Rows that have it; 0 means that nothing was measured and the figures are 0.</summary>
    public int Support { get; init; }

    /// <summary>Probability from which a text has it, chosen on other rows.</summary>
    public double Threshold { get; init; }

    /// <summary>Share of those it was said of that have it; 0 where it was said of none.</summary>
    public double Precision { get; init; }

    /// <summary>Share of those that have it that it was said of.</summary>
    public double Recall { get; init; }

    /// <summary>Harmonic mean of both.</summary>
    public double F1 { get; init; }

    /// <summary>Area under the steps of precision over recall: how good the order of the scores is, whatever the threshold.</summary>
    public double AveragePrecision { get; init; }

    /// <summary>The n-gram of words that the baseline goes by.</summary>
    public string BaselineWord { get; init; } = "";

    /// <summary>The baseline's precision.</summary>
    public double BaselinePrecision { get; init; }

    /// <summary>The baseline's recall.</summary>
    public double BaselineRecall { get; init; }

    /// <summary>The baseline's F1.</summary>
    public double BaselineF1 { get; init; }
}
