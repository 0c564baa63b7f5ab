namespace Aigc.Models.Templates;

/// <summary>What a template may use. A template comes with a model from somewhere: nothing in it may run away.</summary>
public sealed record TemplateLimits
{
    /// <summary>The largest published templates have 30,000 characters.</summary>
    public int SourceLength { get; init; } = 1 << 18;

    /// <summary>Most characters of a rendered text.</summary>
    public int OutputLength { get; init; } = 1 << 24;

    /// <summary>
    /// Work of one rendering: a node evaluated counts one, an element put into a list four, four characters read or written one. A conversation of a
    /// thousand turns needs about 100,000.
    /// </summary>
    public long Work { get; init; } = 20_000_000;

    /// <summary>Nesting of statements, expressions and macro calls in each other, while reading and while rendering.</summary>
    public int Depth { get; init; } = 400;
}
