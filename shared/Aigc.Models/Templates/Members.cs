namespace Aigc.Models.Templates;

/// <summary>Attributes, elements and pieces of values. Only what is listed here can be reached.</summary>
internal static class Members
{
    static readonly string[] Changing = ["append", "extend", "insert", "remove", "pop", "popitem", "clear", "update", "setdefault", "sort", "reverse"];

    /// <summary><c>value.name</c>: a method first, then the key, as Jinja does it.</summary>
    public static object? Get(Budget budget, object? target, string name) =>
        Method(budget, target, name) ?? (Find(budget, target, JinjaText.OfTemplate(name), out var value) ? value : new Undefined(name));

    /// <summary><c>value[key]</c>: the element first, then the method.</summary>
    public static object? At(Budget budget, object? target, object? key)
    {
        if (Find(budget, target, key, out var value))
            return value;
        var name = (key as JinjaText)?.Value;
        return (name is null ? null : Method(budget, target, name)) ?? (object)new Undefined(name ?? "an element");
    }

    /// <summary>The element at a path such as <c>function.name</c> or <c>items.0</c>.</summary>
    public static object? Path(Budget budget, object? target, object? path)
    {
        if (path is not JinjaText text)
            return At(budget, target, path);
        foreach (var part in text.Value.Split('.'))
            target = At(budget, target, long.TryParse(part, System.Globalization.NumberStyles.None, null, out var place) ? place : JinjaText.OfTemplate(part));
        return target;
    }

    /// <summary><c>value[start:stop:step]</c> of a list or text.</summary>
    public static object Slice(Budget budget, object? target, object? start, object? stop, object? step)
    {
        var count = target switch
        {
            JinjaList list => list.Items.Count,
            JinjaText text => text.Count,
            _ => throw budget.Fail($"{Kinds.Name(target)} has no pieces"),
        };
        var by = Bound(budget, step) ?? 1;
        if (by == 0)
            throw budget.Fail("the step of a slice is 0");
        var first = Place(Bound(budget, start), count, by, by > 0 ? 0 : count - 1);
        var end = Place(Bound(budget, stop), count, by, by > 0 ? count : -1);
        if (by == 1 && target is JinjaText whole)
        {
            budget.Characters(whole.Value.Length);
            return first >= end ? JinjaText.Empty : whole.Slice(whole.Place((int)first), whole.Place((int)end) - whole.Place((int)first));
        }
        var places = new List<int>();
        for (var at = first; by > 0 ? at < end : at > end; at += by)
        {
            budget.Elements(1);
            places.Add((int)at);
        }
        if (target is JinjaList items)
            return new JinjaList([.. places.Select(at => items.Items[at])], items.IsTuple);
        var picked = new TextBuilder(budget);
        foreach (var at in places)
            picked.Append(((JinjaText)target!).At(at));
        return picked.Build();
    }

    static bool Find(Budget budget, object? target, object? key, out object? value)
    {
        value = null;
        switch (target)
        {
            case Undefined:
                throw budget.Fail($"{Kinds.Name(target)} has no {(key as JinjaText)?.Value ?? "elements"}");
            case JinjaMap map:
                return map.TryGet(key, out value);
            case JinjaNamespace space when key is JinjaText attribute:
                return space.Attributes.TryGetValue(attribute.Value, out value);
            case LoopState loop when key is JinjaText attribute:
                value = loop.Get(attribute.Value);
                return true;
            case JinjaList list when key is long or bool:
                var place = key is bool b ? (b ? 1 : 0) : (long)key;
                place += place < 0 ? list.Items.Count : 0;
                if (place < 0 || place >= list.Items.Count)
                    return false;
                value = list.Items[(int)place];
                return true;
            case JinjaText text when key is long at:
                at += at < 0 ? text.Count : 0;
                if (at < 0 || at >= text.Count)
                    return false;
                value = text.At((int)at);
                return true;
            default:
                return false;
        }
    }

    static JinjaFunction? Method(Budget budget, object? target, string name) => target switch
    {
        JinjaText text => TextMethods.Find(text, name),
        JinjaMap map => MapMethods.Find(map, name) ?? Refused(budget, target, name),
        JinjaList list => MapMethods.Find(list, name) ?? Refused(budget, target, name),
        _ => null,
    };

    // Where it is a key it is the key; where it is called the message says why it is refused.
    static JinjaFunction? Refused(Budget budget, object? target, string name) =>
        Changing.Contains(name) && !(target is JinjaMap map && map.TryGet(name, out _))
            ? new(name, (_, _) => throw budget.Fail($"{name} would change {Kinds.Name(target)}; a template may not"))
            : null;

    static long? Bound(Budget budget, object? bound) => bound switch
    {
        null => null,
        long n => n,
        bool b => b ? 1 : 0,
        _ => throw budget.Fail($"{Kinds.Name(bound)} is no place in a slice"),
    };

    static long Place(long? place, int count, long step, long otherwise)
    {
        if (place is not { } at)
            return otherwise;
        at += at < 0 ? count : 0;
        return step > 0 ? Math.Clamp(at, 0, count) : Math.Clamp(at, -1, count - 1);
    }
}
