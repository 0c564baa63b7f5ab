using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults;

namespace Aigc.Annotation.Kinds;

/// <summary>Labels that a campaign brings along.</summary>
internal static class OwnLabels
{
    private const int Most = 100;
    private const int Longest = 100;

    /// <summary>Refuses none, too many, empty ones and the same twice.</summary>
    public static void Check(AnnotationSpec spec, int least)
    {
        var labels = spec.Labels ?? [];
        if (labels.Count < least || labels.Count > Most)
            throw Invalid($"This task needs between {least} and {Most} labels.");
        if (labels.Any(label => string.IsNullOrWhiteSpace(label) || label.Length > Longest || label.Any(char.IsControl)))
            throw Invalid($"A label is a text of at most {Longest} characters.");
        if (labels.Distinct(StringComparer.Ordinal).Count() != labels.Count)
            throw Invalid("A label is named twice.");
    }

    /// <summary>The label, where the campaign has it.</summary>
    public static string Of(string? label, AnnotationSpec spec, string param) => label is not null && spec.Labels!.Contains(label)
        ? label
        : throw new ProblemException("label_unknown", $"{param} must be one of {string.Join(", ", spec.Labels!)}.", param);

    private static ProblemException Invalid(string message) => new("annotation_invalid", message, "annotation.labels");
}
