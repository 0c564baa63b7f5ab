namespace Aigc.Models.Templates;

/// <summary>Methods of mappings and lists.</summary>
internal static class MapMethods
{
    public static JinjaFunction? Find(JinjaMap map, string name) => name switch
    {
        "get" => new(name, (_, arguments) =>
        {
            var bound = arguments.Bind("get", "key", "default");
            return map.TryGet(bound[0], out var value) ? value : Arguments.Or(bound[1], null);
        }),
        "items" => new(name, (run, _) => Items(run.Budget, map)),
        "keys" => new(name, (run, _) => new JinjaList(Kinds.Elements(run.Budget, map))),
        "values" => new(name, (run, _) =>
        {
            run.Budget.Elements(map.Entries.Count);
            return new JinjaList([.. map.Entries.Select(entry => entry.Value)]);
        }),
        "copy" => new(name, (_, _) => map),
        _ => null,
    };

    public static JinjaFunction? Find(JinjaList list, string name) => name switch
    {
        "index" => new(name, (run, arguments) =>
        {
            var what = arguments.Bind("index", "value")[0];
            for (var i = 0; i < list.Items.Count; i++)
            {
                if (Equality.Same(run.Budget, list.Items[i], what))
                    return (long)i;
            }
            throw run.Fail("the value is not in the list");
        }),
        "count" => new(name, (run, arguments) =>
        {
            var what = arguments.Bind("count", "value")[0];
            return (long)list.Items.Count(item => Equality.Same(run.Budget, item, what));
        }),
        "copy" when !list.IsTuple => new(name, (_, _) => list),
        _ => null,
    };

    /// <summary>Pairs of key and value.</summary>
    public static JinjaList Items(Budget budget, JinjaMap map)
    {
        budget.Elements(map.Entries.Count * 2L);
        return new([.. map.Entries.Select(entry => new JinjaList([entry.Key, entry.Value], isTuple: true))]);
    }
}
