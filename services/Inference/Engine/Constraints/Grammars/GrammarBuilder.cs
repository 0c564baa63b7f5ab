using System.Globalization;
using System.Text.Json;
using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>From the shapes of a schema to rules: one value a set of places, however often it is met, so that a schema may contain itself.</summary>
internal sealed class GrammarBuilder
{
    private readonly SchemaReader _reader;
    private readonly Budget _budget;
    private readonly bool[] _usable;
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<object, Rule> _shared = [];
    private readonly Queue<(Value Value, Conjunction Places)> _open = new();
    private readonly List<Rule> _rules = [];

    private GrammarBuilder(SchemaDocument document, bool[] usable, Budget budget) =>
        (_reader, _usable, _budget) = (new(document, budget), usable, budget);

    /// <summary>Compiles a schema.</summary>
    /// <param name="schema">Its text.</param>
    /// <param name="objectsAlone">Only objects may be the whole answer.</param>
    /// <param name="usable">Bytes that are a token by themselves.</param>
    /// <param name="ends">The model has a token that ends an answer.</param>
    /// <exception cref="SchemaException">It cannot be enforced.</exception>
    public static RootRule Build(string schema, bool objectsAlone, bool[] usable, bool ends)
    {
        var (document, budget) = (SchemaDocument.Parse(schema), new Budget());
        var root = new GrammarBuilder(document, usable, budget).Root(document, objectsAlone);
        var last = root.Rules.Exists(rule => rule is LeafRule { EndsUnseen: true }) ? 1 : 0;
        if (!root.Least.Exists)
            throw new SchemaException("", "no value satisfies it, or this model has no tokens to write one with");
        if (last > 0 && !ends)
            throw new SchemaException("", "this model has no ending token: ask for an object with the value in it");
        return root.Least.Need + 1 <= ConstraintLimits.AnswerDepth
            ? new RootRule(root, last)
            : throw new SchemaException("", FormattableString.Invariant($"its shortest value is nested more than {ConstraintLimits.AnswerDepth} deep"));
    }

    /// <summary>The arguments of a call: an object by a schema.</summary>
    /// <exception cref="SchemaException">It cannot be enforced.</exception>
    public static Value Arguments(string schema, bool[] usable, Budget budget)
    {
        var document = SchemaDocument.Parse(schema);
        var builder = new GrammarBuilder(document, usable, budget);
        var root = builder.Root(document, objectsAlone: true);
        return root.Least.Exists && root.Least.Need + 2 <= ConstraintLimits.AnswerDepth
            ? root
            : throw new SchemaException("", "no object satisfies it, or it is nested too deeply, or this model has no tokens to write one with");
    }

    private Value Root(SchemaDocument document, bool objectsAlone)
    {
        var root = new Value();
        var shapes = _reader.Read(new Conjunction([document.Root]));
        Fill(root, objectsAlone ? [.. shapes.Select(shape => shape with { Types = shape.Types & JsonTypes.Object })] : shapes, document.Root);
        while (_open.TryDequeue(out var next))
            Fill(next.Value, _reader.Read(next.Places), next.Places.Places.Count > 0 ? next.Places.Places[0] : document.Root);
        FindShortest();
        return root;
    }

    private Value ValueOf(Conjunction places)
    {
        if (_values.TryGetValue(places.Key, out var known))
            return known;
        if (_values.Count >= ConstraintLimits.Nodes)
            throw places.Places[0].Error(FormattableString.Invariant($"more than {ConstraintLimits.Nodes} different values come together"));
        var value = _values[places.Key] = new();
        _open.Enqueue((value, places));
        return value;
    }

    private void Fill(Value value, IReadOnlyList<Shape> shapes, Location place)
    {
        foreach (var shape in shapes)
        {
            _budget.Spend();
            foreach (var rule in RulesOf(shape, place))
            {
                if (!value.Rules.Contains(rule))
                    value.Rules.Add(rule);
            }
        }
    }

    private IEnumerable<Rule> RulesOf(Shape shape, Location place)
    {
        if (shape.Values is { } values)
        {
            yield return Shared(string.Join('\n', values.Where(value => (EnumChecks.TypeOf(value) & shape.Types) != 0).Select(Spell)), texts => new ListedRule(((string)texts).Split('\n'), _usable));
            yield break;
        }
        var literals = string.Join('\n', ((string[])[(shape.Types & JsonTypes.Boolean) != 0 ? "true\nfalse" : "", (shape.Types & JsonTypes.Null) != 0 ? "null" : ""]).Where(text => text.Length > 0));
        if (literals.Length > 0)
            yield return Shared(literals, texts => new ListedRule(((string)texts).Split('\n'), _usable));
        if ((shape.Types & JsonTypes.String) != 0 && !(shape.Text.Max >= 0 && shape.Text.Min > shape.Text.Max))
            yield return Text(shape.Text, place);
        if ((shape.Types & JsonTypes.Number) != 0)
            yield return Shared((Number(shape.Number), shape.Types & JsonTypes.Number), _ => new DfaRule(NumberText.Build(shape.Number, shape.Types, place, _budget), _usable));
        if ((shape.Types & JsonTypes.Object) != 0)
            yield return shape.Object.IsAny ? Shared("object", _ => Object(shape.Object, place)) : Made(Object(shape.Object, place));
        if ((shape.Types & JsonTypes.Array) != 0 && !(shape.Array.Max >= 0 && shape.Array.Min > shape.Array.Max))
            yield return shape.Array.IsAny ? Shared("array", _ => Array(shape.Array)) : Made(Array(shape.Array));
    }

    private Rule Text(StringShape text, Location place)
    {
        if (text.Patterns.Count == 0)
        {
            return text.IsAny
                ? Shared("string", _ => new DfaRule(QuotedText.Free(place, _budget), _usable))
                : Shared((text.Min, text.Max), _ => new CountedRule(text.Min, text.Max, _usable));
        }
        return Shared((text.Min, text.Max, string.Join('\n', text.Patterns.Select(entry => entry.Pattern))), _ => new DfaRule(QuotedText.Of(text, place, _budget), _usable));
    }

    private ObjectRule Object(ObjectShape shape, Location place)
    {
        var names = shape.Properties.Select(property => JsonChars.Spell(property.Name)).ToArray();
        // Where names are listed and nothing is said of others, there are none: all that is written is described.
        var others = shape.Additional ?? (names.Length == 0 ? Conjunction.Anything : null);
        var open = others is not null && !others.Places.Any(at => at.Element.ValueKind == JsonValueKind.False);
        return new(
            new KeyTable(names, open, _usable, place, _budget), names, [.. shape.Properties.Select(property => shape.Required.Contains(property.Name))],
            [.. shape.Properties.Select(property => ValueOf(property.Value))], open ? ValueOf(others!) : null);
    }

    private ArrayRule Array(ArrayShape shape) =>
        new([.. shape.Prefix.Select(ValueOf), ValueOf(shape.Items ?? Conjunction.Anything)], shape.Min, shape.Max);

    private Rule Shared(object key, Func<object, Rule> make)
    {
        if (!_shared.TryGetValue(key, out var rule))
            _shared.Add(key, rule = Made(make(key)));
        return rule;
    }

    private Rule Made(Rule rule)
    {
        _rules.Add(rule);
        return rule;
    }

    private void FindShortest()
    {
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var rule in Enumerable.Reverse(_rules))
            {
                _budget.Spend(16);
                changed |= rule.Shorten();
            }
        }
    }

    private static string Number(NumberShape shape) => string.Create(CultureInfo.InvariantCulture,
        $"{shape.Min} {shape.MinExclusive} {shape.Max} {shape.MaxExclusive} {string.Join(' ', shape.MultipleOf.Select(entry => entry.Divisor.ToString(CultureInfo.InvariantCulture)))}");

    private static string Spell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"\"{Canonical(value.GetString()!)}\"",
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(member => $"\"{Canonical(member.Name)}\":{Spell(member.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Spell))}]",
        _ => value.GetRawText(),
    };

    private static string Canonical(string text) => System.Text.Encoding.UTF8.GetString(JsonChars.Spell(text));
}
