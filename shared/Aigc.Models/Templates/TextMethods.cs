namespace Aigc.Models.Templates;

/// <summary>Python's methods of texts.</summary>
internal static class TextMethods
{
    static readonly Dictionary<string, Func<TemplateRun, JinjaText, Arguments, object?>> Methods = new(StringComparer.Ordinal)
    {
        ["strip"] = (run, text, a) => TextEditing.Trim(run.Budget, text, a.One("strip", "chars"), true, true),
        ["lstrip"] = (run, text, a) => TextEditing.Trim(run.Budget, text, a.One("lstrip", "chars"), true, false),
        ["rstrip"] = (run, text, a) => TextEditing.Trim(run.Budget, text, a.One("rstrip", "chars"), false, true),
        ["split"] = (run, text, a) => Split(run, text, a, fromEnd: false),
        ["rsplit"] = (run, text, a) => Split(run, text, a, fromEnd: true),
        ["splitlines"] = (run, text, a) => TextEditing.Lines(run.Budget, text, Kinds.IsTrue(a.One("splitlines", "keepends", false))),
        ["startswith"] = (run, text, a) => Affix(run, text, a, (whole, part) => whole.StartsWith(part, StringComparison.Ordinal)),
        ["endswith"] = (run, text, a) => Affix(run, text, a, (whole, part) => whole.EndsWith(part, StringComparison.Ordinal)),
        ["upper"] = (run, text, _) => TextEditing.Case(run.Budget, text, value => value.ToUpperInvariant()),
        ["lower"] = (run, text, _) => TextEditing.Case(run.Budget, text, value => value.ToLowerInvariant()),
        ["title"] = (run, text, _) => TextEditing.Case(run.Budget, text, value => TextEditing.Title(value, char.IsLetter)),
        ["capitalize"] = (run, text, _) => TextEditing.Case(run.Budget, text, TextEditing.Capitalize),
        ["replace"] = (run, text, a) =>
        {
            var bound = a.Bind("replace", "old", "new", "count");
            return TextEditing.Replace(run.Budget, text, a.Text(bound[0], "old"), a.Text(bound[1], "new"), a.Integer(bound[2], "count", -1));
        },
        ["find"] = (run, text, a) => Find(run, text, a, fromEnd: false),
        ["index"] = (run, text, a) => Find(run, text, a, fromEnd: false) is >= 0 and var at ? at : throw run.Fail("the part is not in the text"),
        ["rfind"] = (run, text, a) => Find(run, text, a, fromEnd: true),
        ["count"] = (run, text, a) => Count(run, text, a.Text(a.Bind("count", "sub")[0], "sub")),
        ["join"] = (run, text, a) =>
            TextEditing.Join(run.Budget, Kinds.Elements(run.Budget, a.Bind("join", "iterable")[0]).Select(item => (object?)a.Text(item, "an item of join")), text),
        ["removeprefix"] = (_, text, a) => a.Text(a.Bind("removeprefix", "prefix")[0], "prefix") is { } prefix && text.Value.StartsWith(prefix.Value, StringComparison.Ordinal)
            ? text.Slice(prefix.Value.Length, text.Value.Length - prefix.Value.Length) : text,
        ["removesuffix"] = (_, text, a) => a.Text(a.Bind("removesuffix", "suffix")[0], "suffix") is { } suffix && text.Value.EndsWith(suffix.Value, StringComparison.Ordinal)
            ? text.Slice(0, text.Value.Length - suffix.Value.Length) : text,
        ["partition"] = (run, text, a) => Partition(run, text, a, fromEnd: false),
        ["rpartition"] = (run, text, a) => Partition(run, text, a, fromEnd: true),
        ["isdigit"] = (run, text, _) => All(run, text, char.IsDigit),
        ["isalpha"] = (run, text, _) => All(run, text, char.IsLetter),
        ["isalnum"] = (run, text, _) => All(run, text, char.IsLetterOrDigit),
        ["isspace"] = (run, text, _) => All(run, text, Lexer.IsSpace),
        ["isupper"] = (run, text, _) => All(run, text, c => !char.IsLower(c)) && text.Value.Any(char.IsUpper),
        ["islower"] = (run, text, _) => All(run, text, c => !char.IsUpper(c)) && text.Value.Any(char.IsLower),
        ["format"] = (run, text, a) => Formatting.Braces(run.Budget, text, a),
    };

    public static JinjaFunction? Find(JinjaText text, string name) =>
        Methods.TryGetValue(name, out var method) ? new(name, (run, arguments) => method(run, text, arguments)) : null;

    static bool All(TemplateRun run, JinjaText text, Func<char, bool> fits)
    {
        run.Budget.Characters(text.Value.Length);
        return text.Value.Length > 0 && text.Value.All(fits);
    }

    static JinjaList Split(TemplateRun run, JinjaText text, Arguments arguments, bool fromEnd)
    {
        var bound = arguments.Bind("split", "sep", "maxsplit");
        var most = arguments.Integer(bound[1], "maxsplit", -1);
        return Arguments.Or(bound[0], null) is { } sep
            ? TextEditing.Split(run.Budget, text, arguments.Text(sep, "sep"), most, fromEnd)
            : TextEditing.Words(run.Budget, text, most, fromEnd);
    }

    static bool Affix(TemplateRun run, JinjaText text, Arguments arguments, Func<string, string, bool> has)
    {
        var bound = arguments.Bind("startswith", "prefix", "start");
        var from = arguments.Integer(bound[1], "start", 0);
        var whole = from == 0 ? text.Value : ((JinjaText)Members.Slice(run.Budget, text, from, null, null)).Value;
        var parts = bound[0] is JinjaList { IsTuple: true } several ? several.Items : [bound[0]];
        return parts.Any(part =>
        {
            run.Budget.Characters(arguments.Text(part, "the argument").Value.Length);
            return has(whole, arguments.Text(part, "the argument").Value);
        });
    }

    static long Find(TemplateRun run, JinjaText text, Arguments arguments, bool fromEnd)
    {
        var what = arguments.Text(arguments.Bind("find", "sub")[0], "sub").Value;
        run.Budget.Search(text.Value.Length, what.Length);
        var at = fromEnd ? text.Value.LastIndexOf(what, StringComparison.Ordinal) : text.Value.IndexOf(what, StringComparison.Ordinal);
        return at < 0 ? -1L : (long)text.CharacterAt(at);
    }

    static long Count(TemplateRun run, JinjaText text, JinjaText what)
    {
        if (what.Value.Length == 0)
            return text.Count + 1L;
        return TextEditing.Split(run.Budget, text, what, -1, fromEnd: false).Items.Count - 1L;
    }

    static JinjaList Partition(TemplateRun run, JinjaText text, Arguments arguments, bool fromEnd)
    {
        var sep = arguments.Text(arguments.Bind("partition", "sep")[0], "sep");
        var parts = TextEditing.Split(run.Budget, text, sep, 1, fromEnd).Items;
        return new(parts.Count == 2 ? [parts[0], sep, parts[1]] : fromEnd ? [JinjaText.Empty, JinjaText.Empty, text] : [text, JinjaText.Empty, JinjaText.Empty], isTuple: true);
    }
}
