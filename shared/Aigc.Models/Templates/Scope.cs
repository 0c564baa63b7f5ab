namespace Aigc.Models.Templates;

/// <summary>Names of a block. What is set in it is not seen outside.</summary>
internal sealed class Scope(Scope? outer)
{
    readonly Dictionary<string, object?> names = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => names[name] = value;

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.names.TryGetValue(name, out value))
                return true;
        }
        value = null;
        return false;
    }

    Scope? Outer => outer;
}

/// <summary>What <c>loop</c> stands for.</summary>
internal sealed class LoopState(IReadOnlyList<object?> items, int depth, Func<object?, object?>? again)
{
    object? last = Arguments.Missing;

    /// <summary>Place in the loop, from 0.</summary>
    public int Index { get; set; }

    public object? Get(string name) => name switch
    {
        "index" => Index + 1L,
        "index0" => (long)Index,
        "revindex" => (long)items.Count - Index,
        "revindex0" => items.Count - Index - 1L,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("there is no next item"),
        "depth" => depth + 1L,
        "depth0" => (long)depth,
        "cycle" => new JinjaFunction("cycle", (run, arguments) =>
            arguments.Items.Count > 0 ? arguments.Items[Index % arguments.Items.Count] : throw run.Fail("cycle needs items")),
        "changed" => new JinjaFunction("changed", (run, arguments) => Changed(run, arguments)),
        _ => new Undefined(name),
    };

    /// <summary>Runs the loop's body over other items, where it is recursive.</summary>
    public object? Again(TemplateRun run, Arguments arguments) =>
        again is null ? throw run.Fail("the loop is not marked recursive") : again(arguments.Bind("loop", "iterable")[0]);

    bool Changed(TemplateRun run, Arguments arguments)
    {
        var now = new JinjaList([.. arguments.Items], isTuple: true);
        var changed = ReferenceEquals(last, Arguments.Missing) || !Equality.Same(run.Budget, last, now);
        last = now;
        return changed;
    }
}
