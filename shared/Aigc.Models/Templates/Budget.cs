using System.Runtime.CompilerServices;

namespace Aigc.Models.Templates;

/// <summary>Counts what a rendering uses and stops it at its limits. Everything that takes time or memory asks here first.</summary>
internal sealed class Budget(TemplateLimits limits)
{
    long left = limits.Work;
    int depth;

    /// <summary>Line of the node that is being evaluated.</summary>
    public int Line { get; set; } = 1;

    /// <summary>One node.</summary>
    public void Step() => Spend(1);

    /// <summary>Characters that are about to be read or written.</summary>
    public void Characters(long count) => Spend((count / 4) + 1);

    /// <summary>Elements that are about to be stored.</summary>
    public void Elements(long count) => Spend((count * 4) + 1);

    /// <summary>A search for <paramref name="what"/> characters in a text; the worst case of a naive search, in blocks.</summary>
    public void Search(int text, int what) => Spend(((long)text * ((what / 64) + 1) / 4) + 1);

    /// <summary>Refuses a text that is longer than any rendering may be.</summary>
    public void Length(long characters)
    {
        if (characters > limits.OutputLength)
            throw Fail(FormattableString.Invariant($"the text has more than {limits.OutputLength} characters"));
    }

    /// <summary>One level deeper.</summary>
    public void Enter()
    {
        if (++depth > limits.Depth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Fail(FormattableString.Invariant($"the nesting is deeper than {limits.Depth}"));
    }

    /// <summary>One level back.</summary>
    public void Leave() => depth--;

    /// <summary>An error at the current line.</summary>
    public TemplateException Fail(string reason, bool raised = false) => new(reason, Line, raised);

    void Spend(long work)
    {
        left -= work;
        if (left < 0)
            throw Fail("the template takes too many steps");
    }
}
