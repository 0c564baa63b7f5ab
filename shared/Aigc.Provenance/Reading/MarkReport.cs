using Aigc.Provenance.Labels;

namespace Aigc.Provenance.Reading;

/// <summary>Names of the marks a reader looks for.</summary>
public static class Marks
{
    /// <summary>The GB 45438-2025 metadata label, without a fault.</summary>
    public const string Metadata = "gb45438-metadata";

    /// <summary>The line a person sees.</summary>
    public const string Visible = "visible-line";

    /// <summary>An integrity code that matches body and label.</summary>
    public const string Integrity = "integrity-code";

    /// <summary>What text must carry to go out.</summary>
    public static IReadOnlyList<string> RequiredOfText { get; } = [Metadata, Visible, Integrity];
}

/// <summary>What was found in final bytes.</summary>
public sealed record MarkReport
{
    /// <summary><c>markdown</c>, <c>atom</c>, <c>html</c> or <c>json</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Marks found, of <see cref="Marks"/>.</summary>
    public IReadOnlyList<string> Found { get; init; } = [];

    /// <summary>The label as read, or null.</summary>
    public AigcLabel? Label { get; init; }

    /// <summary>What is off.</summary>
    public IReadOnlyList<LabelIssue> Issues { get; init; } = [];

    /// <summary>The visible line, or null.</summary>
    public string? Visible { get; init; }

    /// <summary>Text without its marks, canonical.</summary>
    public string Body { get; init; } = "";

    /// <summary>Whether body and label are what the integrity code was made over.</summary>
    public Integrity Integrity { get; init; }

    /// <summary>Identity of the content, where the carrier names it.</summary>
    public string? ContentId { get; init; }

    /// <summary>Required marks that are not there.</summary>
    public IReadOnlyList<string> Missing => [.. Marks.RequiredOfText.Except(Found)];
}
