namespace Aigc.Models.Templates;

/// <summary>
/// A template in the dialect of Jinja that published chat templates are written in. It sees the values it is given and nothing else, and ends within the
/// limits whatever it says. Read once, rendered from any number of threads.
/// </summary>
internal sealed class JinjaTemplate
{
    readonly IReadOnlyList<Statement> statements;
    readonly TemplateLimits limits;

    JinjaTemplate(IReadOnlyList<Statement> statements, TemplateLimits limits)
    {
        (this.statements, this.limits) = (statements, limits);
    }

    /// <summary>Reads a template.</summary>
    /// <exception cref="TemplateException">Names the line and the reason.</exception>
    public static JinjaTemplate Read(string source, TemplateLimits? limits = null)
    {
        limits ??= new();
        if (source.Length > limits.SourceLength)
            throw new TemplateException(FormattableString.Invariant($"the template has {source.Length} characters; {limits.SourceLength} are taken"), 1);
        return new(Parser.Read(Lexer.Read(source), limits.Depth), limits);
    }

    /// <summary>Renders it.</summary>
    /// <param name="variables">What the template sees.</param>
    /// <param name="now">What <c>strftime_now</c> says.</param>
    /// <param name="work">Most work, where it is less than the limits allow.</param>
    /// <exception cref="TemplateException">Names the line and the reason.</exception>
    public JinjaText Render(IEnumerable<KeyValuePair<string, object?>> variables, DateTimeOffset now, long? work = null) =>
        TemplateRun.Render(statements, variables, now, work is { } most && most < limits.Work ? limits with { Work = most } : limits);
}
