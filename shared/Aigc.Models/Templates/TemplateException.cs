namespace Aigc.Models.Templates;

/// <summary>A template that cannot be read, that refuses its input, or that goes beyond a limit. The message names the line.</summary>
public sealed class TemplateException(string reason, int line, bool raised = false)
    : Exception(FormattableString.Invariant($"line {line}: {reason}"))
{
    /// <summary>Line of the template, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>What is wrong, without the line.</summary>
    public string Reason { get; } = reason;

    /// <summary>True when the template itself said so (<c>raise_exception</c>): the input is at fault, not the template.</summary>
    public bool Raised { get; } = raised;
}
