using System.Text.Json;

namespace Aigc.Inference.Engine.Constraints.Schemas;

/// <summary>
/// Turns places of a schema into shapes: follows references, multiplies out anyOf and allOf, refuses by name what cannot be enforced. oneOf is
/// read as anyOf: which of two overlapping alternatives was meant cannot be seen while the answer is written.
/// </summary>
internal sealed class SchemaReader(SchemaDocument document, Budget budget)
{
    private readonly Dictionary<string, IReadOnlyList<Shape>> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private int _nodes;

    /// <summary>The alternatives of a value for which all the places hold; none when nothing can satisfy them.</summary>
    public IReadOnlyList<Shape> Read(Conjunction places)
    {
        IReadOnlyList<Shape> shapes = [Shape.Anything];
        foreach (var place in places.Places)
            shapes = Cross(shapes, Read(place), place);
        return shapes;
    }

    private IReadOnlyList<Shape> Read(Location place)
    {
        switch (place.Element.ValueKind)
        {
            case JsonValueKind.True:
                return [Shape.Anything];
            case JsonValueKind.False:
                return [];
            case JsonValueKind.Object:
                break;
            default:
                throw place.Error("a schema is an object, true or false");
        }
        if (_known.TryGetValue(place.Pointer, out var known))
            return known;
        if (!_open.Add(place.Pointer))
            throw place.Error("it refers to itself with nothing in between");
        if (++_nodes > ConstraintLimits.Nodes)
            throw place.Error(FormattableString.Invariant($"the schema has more than {ConstraintLimits.Nodes} places"));
        if (_open.Count > 200)
            throw place.Error("references are nested too deeply");
        IReadOnlyList<Shape> shapes = [ShapeKeywords.Read(place)];
        foreach (var property in place.Element.EnumerateObject())
        {
            budget.Spend();
            var at = place.With(property.Name, property.Value);
            shapes = property.Name switch
            {
                "$ref" => Cross(shapes, Read(document.Resolve(at)), at),
                "anyOf" or "oneOf" => Cross(shapes, [.. Items(at).SelectMany(Read)], at),
                "allOf" => Items(at).Aggregate(shapes, (all, item) => Cross(all, Read(item), item)),
                _ => shapes,
            };
        }
        _open.Remove(place.Pointer);
        return _known[place.Pointer] = [.. shapes.Select(shape => EnumChecks.Filter(shape, place)).Where(shape => shape.Types != JsonTypes.None && shape.Values is not { Count: 0 })];
    }

    private static IEnumerable<Location> Items(Location list)
    {
        if (list.Element.ValueKind != JsonValueKind.Array || list.Element.GetArrayLength() == 0)
            throw list.Error("a list of schemas is needed");
        return list.Element.EnumerateArray().Select((item, i) => list.With(FormattableString.Invariant($"{i}"), item));
    }

    private IReadOnlyList<Shape> Cross(IReadOnlyList<Shape> left, IReadOnlyList<Shape> right, Location place)
    {
        if ((long)left.Count * right.Count > ConstraintLimits.Alternatives)
            throw place.Error(FormattableString.Invariant($"more than {ConstraintLimits.Alternatives} alternatives come together"));
        budget.Spend(1 + ((long)left.Count * right.Count));
        return [.. left.SelectMany(_ => right, (a, b) => ReferenceEquals(a, Shape.Anything) ? b : ReferenceEquals(b, Shape.Anything) ? a : a.And(b))];
    }
}
