namespace Aigc.Models.Templates;

/// <summary>What may stand after a bar, by name.</summary>
internal static class Filters
{
    static readonly Dictionary<string, Filter> Known = new(StringComparer.Ordinal)
    {
        ["abs"] = ValueFilters.Absolute,
        ["attr"] = (run, value, a) => Members.Get(run.Budget, value, a.Text(a.One("attr", "name"), "name").Value),
        ["batch"] = ListFilters.Batch,
        ["capitalize"] = Text((run, text, a) => TextEditing.Case(run.Budget, text, TextEditing.Capitalize)),
        ["count"] = ValueFilters.Length,
        ["d"] = ValueFilters.Default,
        ["default"] = ValueFilters.Default,
        ["dictsort"] = ListFilters.SortMap,
        ["first"] = ListFilters.First,
        ["float"] = ValueFilters.Real,
        ["format"] = Text((run, text, a) => Formatting.Percent(run.Budget, text, a.Items)),
        ["indent"] = Text(ValueFilters.Indent),
        ["int"] = ValueFilters.Integer,
        ["items"] = (run, value, _) => value is Undefined ? new JinjaList([])
            : value is JinjaMap map ? MapMethods.Items(run.Budget, map) : throw run.Fail($"{Kinds.Name(value)} has no items"),
        ["join"] = ListFilters.Join,
        ["last"] = ListFilters.Last,
        ["length"] = ValueFilters.Length,
        ["list"] = (run, value, _) => new JinjaList(Kinds.Elements(run.Budget, value)),
        ["lower"] = Text((run, text, _) => TextEditing.Case(run.Budget, text, value => value.ToLowerInvariant())),
        ["map"] = ListFilters.Map,
        ["max"] = (run, value, a) => ListFilters.Extreme(run, value, a, 1),
        ["min"] = (run, value, a) => ListFilters.Extreme(run, value, a, -1),
        ["reject"] = (run, value, a) => ListFilters.Pick(run, value, a, byAttribute: false, keep: false),
        ["rejectattr"] = (run, value, a) => ListFilters.Pick(run, value, a, byAttribute: true, keep: false),
        ["replace"] = Text(ValueFilters.Replace),
        ["reverse"] = ListFilters.Reverse,
        ["round"] = ValueFilters.Round,
        ["safe"] = (run, value, _) => Writing.Show(run.Budget, value),
        ["select"] = (run, value, a) => ListFilters.Pick(run, value, a, byAttribute: false, keep: true),
        ["selectattr"] = (run, value, a) => ListFilters.Pick(run, value, a, byAttribute: true, keep: true),
        ["sort"] = ListFilters.Sort,
        ["string"] = (run, value, _) => Writing.Show(run.Budget, value),
        ["sum"] = ListFilters.Sum,
        ["title"] = Text((run, text, _) => TextEditing.Case(run.Budget, text, value => TextEditing.Title(value, c => !Lexer.IsSpace(c) && !"-({[<".Contains(c, StringComparison.Ordinal)))),
        ["tojson"] = JsonWriting.Filter,
        ["trim"] = Text((run, text, a) => TextEditing.Trim(run.Budget, text, a.One("trim", "chars"), true, true)),
        ["unique"] = ListFilters.Unique,
        ["upper"] = Text((run, text, _) => TextEditing.Case(run.Budget, text, value => value.ToUpperInvariant())),
        ["wordcount"] = Text((run, text, _) => (long)TextEditing.Words(run.Budget, text, -1, fromEnd: false).Items.Count),
    };

    public static Filter? Find(string name) => Known.GetValueOrDefault(name);

    // These take any value and work on what it would show.
    static Filter Text(Func<TemplateRun, JinjaText, Arguments, object?> filter) => (run, value, arguments) => filter(run, Writing.Show(run.Budget, value), arguments);
}
