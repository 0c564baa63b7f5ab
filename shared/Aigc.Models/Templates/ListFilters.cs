namespace Aigc.Models.Templates;

/// <summary>Filters of lists and mappings.</summary>
internal static class ListFilters
{
    public static object? First(TemplateRun run, object? value, Arguments arguments) =>
        Kinds.Elements(run.Budget, value) is [var first, ..] ? first : new Undefined("the first of nothing");

    public static object? Last(TemplateRun run, object? value, Arguments arguments) =>
        Kinds.Elements(run.Budget, value) is [.., var last] ? last : new Undefined("the last of nothing");

    public static object? Join(TemplateRun run, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("join", "d", "attribute");
        var items = Kinds.Elements(run.Budget, value);
        var path = Arguments.Or(bound[1], null);
        return TextEditing.Join(
            run.Budget, path is null ? items : items.Select(item => Members.Path(run.Budget, item, path)), Writing.Show(run.Budget, Arguments.Or(bound[0], JinjaText.Empty)));
    }

    public static object? Reverse(TemplateRun run, object? value, Arguments arguments)
    {
        if (value is JinjaText text)
            return Members.Slice(run.Budget, text, null, null, -1L);
        var items = Kinds.Elements(run.Budget, value);
        run.Budget.Elements(items.Count);
        return new JinjaList([.. items.Reverse()], isLazy: true);
    }

    public static object? Map(TemplateRun run, object? value, Arguments arguments)
    {
        var items = Kinds.Elements(run.Budget, value);
        run.Budget.Elements(items.Count);
        if (arguments.Items.Count == 0 && arguments.Named.TryGetValue("attribute", out var path))
        {
            var otherwise = arguments.Named.GetValueOrDefault("default", Arguments.Missing);
            return new JinjaList(
                [.. items.Select(item => Members.Path(run.Budget, item, path) is var found && found is Undefined ? Arguments.Or(otherwise, found) : found)], isLazy: true);
        }
        var name = arguments.Text(arguments.Items.Count > 0 ? arguments.Items[0] : Arguments.Missing, "the filter of map").Value;
        var filter = Filters.Find(name) ?? throw run.Fail($"the filter {name} is not known");
        var rest = arguments.Rest();
        return new JinjaList([.. items.Select(item => Deeper(run, () => filter(run, item, rest)))], isLazy: true);
    }

    public static object? Pick(TemplateRun run, object? value, Arguments arguments, bool byAttribute, bool keep)
    {
        var items = Kinds.Elements(run.Budget, value);
        run.Budget.Elements(items.Count);
        object? path = null;
        if (byAttribute)
        {
            path = arguments.Items.Count > 0 ? arguments.Items[0] : throw run.Fail("an attribute is needed");
            arguments = arguments.Rest();
        }
        Test test = (_, item, _) => Kinds.IsTrue(item);
        if (arguments.Items.Count > 0)
        {
            var name = arguments.Text(arguments.Items[0], "the test").Value;
            test = Tests.Find(name) ?? throw run.Fail($"the test {name} is not known");
            arguments = arguments.Rest();
        }
        return new JinjaList([.. items.Where(item => test(run, byAttribute ? Members.Path(run.Budget, item, path) : item, arguments) == keep)], isLazy: true);
    }

    public static object? Sort(TemplateRun run, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("sort", "reverse", "case_sensitive", "attribute");
        var key = Key(run, bound[1], bound[2]);
        return new JinjaList(Sorted(run, Kinds.Elements(run.Budget, value), key, Kinds.IsTrue(Arguments.Or(bound[0], false))));
    }

    public static object? SortMap(TemplateRun run, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("dictsort", "case_sensitive", "by", "reverse");
        if (value is not JinjaMap map)
            throw run.Fail($"{Kinds.Name(value)} has no keys to sort by");
        var by = (Arguments.Or(bound[1], null) as JinjaText)?.Value ?? "key";
        if (by is not ("key" or "value"))
            throw run.Fail("dictsort sorts by key or by value");
        var key = Key(run, bound[0], Arguments.Missing);
        return new JinjaList(Sorted(run, MapMethods.Items(run.Budget, map).Items, pair => key(((JinjaList)pair!).Items[by == "key" ? 0 : 1]), Kinds.IsTrue(Arguments.Or(bound[2], false))));
    }

    public static object? Unique(TemplateRun run, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("unique", "case_sensitive", "attribute");
        var key = Key(run, bound[0], bound[1]);
        var seen = new HashSet<object>(Equality.Keys);
        var items = Kinds.Elements(run.Budget, value);
        run.Budget.Elements(items.Count);
        return new JinjaList([.. items.Where(item => seen.Add(key(item) ?? Equality.NoneKey))], isLazy: true);
    }

    public static object? Extreme(TemplateRun run, object? value, Arguments arguments, int sign)
    {
        var bound = arguments.Bind("max", "case_sensitive", "attribute");
        var key = Key(run, bound[0], bound[1]);
        var items = Kinds.Elements(run.Budget, value);
        return items.Count == 0 ? new Undefined("the largest of nothing")
            : items.Aggregate((best, item) => Equality.Compare(run.Budget, key(item), key(best)) * sign > 0 ? item : best);
    }

    public static object? Sum(TemplateRun run, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("sum", "attribute", "start");
        var path = Arguments.Or(bound[0], null);
        return Kinds.Elements(run.Budget, value).Aggregate(
            Arguments.Or(bound[1], 0L), (sum, item) => Operators.Apply(run.Budget, "+", sum, path is null ? item : Members.Path(run.Budget, item, path)));
    }

    public static object? Batch(TemplateRun run, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("batch", "linecount", "fill_with");
        var size = (int)Math.Clamp(arguments.Integer(bound[0], "linecount"), 1, int.MaxValue);
        var fill = Arguments.Or(bound[1], null);
        var items = Kinds.Elements(run.Budget, value);
        run.Budget.Elements(items.Count + (long)(fill is null ? 0 : size));
        return new JinjaList(
            [.. items.Chunk(size).Select(chunk => new JinjaList(fill is null ? chunk : [.. chunk, .. Enumerable.Repeat(fill, size - chunk.Length)]))], isLazy: true);
    }

    static Func<object?, object?> Key(TemplateRun run, object? caseSensitive, object? attribute)
    {
        var exact = Kinds.IsTrue(Arguments.Or(caseSensitive, false));
        var path = Arguments.Or(attribute, null);
        return item =>
        {
            var key = path is null ? item : Members.Path(run.Budget, item, path);
            return key is JinjaText text && !exact ? JinjaText.OfTemplate(text.Value.ToLowerInvariant()) : key;
        };
    }

    static List<object?> Sorted(TemplateRun run, IReadOnlyList<object?> items, Func<object?, object?> key, bool reverse)
    {
        run.Budget.Elements(items.Count);
        var order = Comparer<object?>.Create((a, b) => Equality.Compare(run.Budget, a, b));
        try
        {
            return [.. reverse ? items.OrderByDescending(key, order) : items.OrderBy(key, order)];
        }
        catch (InvalidOperationException e) when (e.InnerException is TemplateException inner)
        {
            throw inner;
        }
    }

    static object? Deeper(TemplateRun run, Func<object?> apply)
    {
        run.Budget.Enter();
        var value = apply();
        run.Budget.Leave();
        return value;
    }
}
