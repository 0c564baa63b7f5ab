namespace Aigc.Models.Templates;

/// <summary>What may stand after <c>is</c>.</summary>
internal static class Tests
{
    static readonly Dictionary<string, Test> Known = new(StringComparer.Ordinal)
    {
        ["defined"] = (_, value, _) => value is not Undefined,
        ["undefined"] = (_, value, _) => value is Undefined,
        ["none"] = (_, value, _) => value is null,
        ["boolean"] = (_, value, _) => value is bool,
        ["true"] = (_, value, _) => value is true,
        ["false"] = (_, value, _) => value is false,
        ["integer"] = (_, value, _) => value is long,
        ["float"] = (_, value, _) => value is double,
        ["number"] = (_, value, _) => value is long or double or bool,
        ["string"] = (_, value, _) => value is JinjaText,
        ["mapping"] = (_, value, _) => value is JinjaMap,
        ["sequence"] = (_, value, _) => value is JinjaText or JinjaMap or JinjaList { IsLazy: false } or Undefined,
        ["iterable"] = (_, value, _) => value is JinjaText or JinjaMap or JinjaList or Undefined,
        ["callable"] = (_, value, _) => value is JinjaFunction,
        ["odd"] = (_, value, arguments) => arguments.Integer(value, "the value") % 2 != 0,
        ["even"] = (_, value, arguments) => arguments.Integer(value, "the value") % 2 == 0,
        ["divisibleby"] = (run, value, arguments) => arguments.Integer(arguments.One("divisibleby", "num"), "num") is var by and not 0
            ? by == -1 || arguments.Integer(value, "the value") % by == 0 : throw run.Fail("division by zero"),
        ["lower"] = (run, value, _) => Writing.Show(run.Budget, value).Value is var text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["upper"] = (run, value, _) => Writing.Show(run.Budget, value).Value is var text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["in"] = (run, value, arguments) => Operators.IsIn(run.Budget, value, arguments.One("in", "seq")),
        ["sameas"] = (run, value, arguments) => arguments.One("sameas", "other") is var other
            && (value is null or bool || other is null or bool ? Equals(value, other) : Equality.Same(run.Budget, value, other)),
        ["filter"] = (_, value, _) => value is JinjaText name && Filters.Find(name.Value) is not null,
        ["test"] = (_, value, _) => value is JinjaText name && Find(name.Value) is not null,
        ["eq"] = Comparing("=="),
        ["equalto"] = Comparing("=="),
        ["=="] = Comparing("=="),
        ["ne"] = Comparing("!="),
        ["!="] = Comparing("!="),
        ["lt"] = Comparing("<"),
        ["lessthan"] = Comparing("<"),
        ["<"] = Comparing("<"),
        ["le"] = Comparing("<="),
        ["<="] = Comparing("<="),
        ["gt"] = Comparing(">"),
        ["greaterthan"] = Comparing(">"),
        [">"] = Comparing(">"),
        ["ge"] = Comparing(">="),
        [">="] = Comparing(">="),
    };

    public static Test? Find(string name) => Known.GetValueOrDefault(name);

    static Test Comparing(string sign) => (run, value, arguments) => Operators.Compare(run.Budget, sign, value, arguments.One(sign, "other"));
}
