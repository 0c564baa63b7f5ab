using System.Diagnostics.CodeAnalysis;

namespace Aigc.Models.Templates;

// A value is null (none), bool, long, double, JinjaText, JinjaList, JinjaMap, JinjaNamespace, Undefined, LoopState or JinjaFunction. There is
// no other kind, and no way from one of these to an object of the process: that is the sandbox.

/// <summary>What a name stands for that nobody set. Renders as nothing; reaching into it is an error.</summary>
internal sealed class Undefined(string name)
{
    /// <summary>The name or key that was asked for.</summary>
    public string Name => name;
}

/// <summary>A list or tuple. Never changed after it was made.</summary>
internal sealed class JinjaList(IReadOnlyList<object?> items, bool isTuple = false, bool isLazy = false)
{
    public IReadOnlyList<object?> Items => items;

    /// <summary>Tuples and lists are never equal, and are written differently.</summary>
    public bool IsTuple => isTuple;

    /// <summary>Made by a filter that gives an iterator in Python; that is true even when it is empty.</summary>
    public bool IsLazy => isLazy;
}

/// <summary>Keys and values in the order they were given. Never changed after it was made.</summary>
internal sealed class JinjaMap
{
    readonly Dictionary<object, int> index;
    readonly List<KeyValuePair<object?, object?>> entries;

    /// <summary>Later values replace earlier ones of the same key.</summary>
    public JinjaMap(IEnumerable<KeyValuePair<object?, object?>> pairs)
    {
        entries = [];
        index = new(Equality.Keys);
        foreach (var pair in pairs)
        {
            var key = pair.Key ?? Equality.NoneKey;
            if (index.TryGetValue(key, out var at))
                entries[at] = new(entries[at].Key, pair.Value);
            else
            {
                index.Add(key, entries.Count);
                entries.Add(pair);
            }
        }
    }

    public IReadOnlyList<KeyValuePair<object?, object?>> Entries => entries;

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        if (!index.TryGetValue(key ?? Equality.NoneKey, out var at))
            return false;
        value = entries[at].Value;
        return true;
    }

    public bool TryGet(string key, out object? value) => TryGet(JinjaText.OfTemplate(key), out value);
}

/// <summary>The one thing a template may change.</summary>
internal sealed class JinjaNamespace
{
    public Dictionary<string, object?> Attributes { get; } = new(StringComparer.Ordinal);
}

/// <summary>Something that can be called: a macro, a method, one of the few global functions.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "Jinja's word.")]
internal sealed class JinjaFunction(string name, Func<TemplateRun, Arguments, object?> call)
{
    public string Name => name;

    public object? Call(TemplateRun run, Arguments arguments) => call(run, arguments);
}
