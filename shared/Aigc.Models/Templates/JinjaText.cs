namespace Aigc.Models.Templates;

/// <summary>
/// A text that knows which of its characters were written by the template and which came in with the data. Comparing, searching and measuring see the
/// characters alone; cutting and joining carry the origin along. So a template treats a message as it always did, and afterwards it is known
/// whether a special token was spelled by the template or by somebody who wrote a message.
/// </summary>
internal sealed class JinjaText : IEquatable<JinjaText>
{
    static readonly int[] AllTemplate = [];
    static readonly int[] AllData = [0];
    int[]? points;

    JinjaText(string value, int[] cuts)
    {
        (Value, Cuts) = (value, value.Length == 0 ? AllTemplate : cuts);
    }

    public static JinjaText Empty { get; } = new("", AllTemplate);

    /// <summary>The characters.</summary>
    public string Value { get; }

    /// <summary>Positions where the origin changes, ascending; before the first one it is the template.</summary>
    public int[] Cuts { get; }

    /// <summary>Written by the template (or computed from nothing but numbers).</summary>
    public static JinjaText OfTemplate(string value) => value.Length == 0 ? Empty : new(value, AllTemplate);

    /// <summary>Came in with the data.</summary>
    public static JinjaText OfData(string value) => new(value, AllData);

    /// <summary>One of the two.</summary>
    public static JinjaText Of(string value, bool data) => data ? OfData(value) : OfTemplate(value);

    internal static JinjaText WithCuts(string value, int[] cuts) => new(value, cuts);

    /// <summary>Whether any character came with the data.</summary>
    public bool HasData => Cuts.Length > 0;

    /// <summary>Whether the character at a place came with the data.</summary>
    public bool IsDataAt(int place) => CutsUpTo(place) % 2 == 1;

    /// <summary>Whether the template wrote every character of a piece.</summary>
    public bool IsOfTemplate(int start, int length)
    {
        var before = CutsUpTo(start);
        return before % 2 == 0 && (before == Cuts.Length || Cuts[before] >= start + length);
    }

    /// <summary>A piece, in UTF-16 places.</summary>
    public JinjaText Slice(int start, int length)
    {
        if (length == Value.Length)
            return this;
        if (length == 0)
            return Empty;
        var value = Value.Substring(start, length);
        if (Cuts.Length == 0)
            return new(value, AllTemplate);
        var before = CutsUpTo(start);
        var cuts = new List<int>();
        if (before % 2 == 1)
            cuts.Add(0);
        for (var i = before; i < Cuts.Length && Cuts[i] < start + length; i++)
            cuts.Add(Cuts[i] - start);
        return new(value, [.. cuts]);
    }

    /// <summary>The same origins over other characters, as many as these (upper and lower case).</summary>
    public JinjaText Over(string value) => value.Length == Value.Length ? new(value, Cuts) : Of(value, HasData);

    /// <summary>Number of characters as Python counts them: a surrogate pair is one.</summary>
    public int Count => Points is { Length: > 0 } places ? places.Length - 1 : Value.Length;

    /// <summary>UTF-16 place of a character, by Python's count; the end for <see cref="Count"/>.</summary>
    public int Place(int character) => Points is { Length: > 0 } places ? places[character] : character;

    /// <summary>The character of a UTF-16 place, by Python's count.</summary>
    public int CharacterAt(int place) => Points is { Length: > 0 } places ? Array.BinarySearch(places, place) is >= 0 and var at ? at : 0 : place;

    /// <summary>One character.</summary>
    public JinjaText At(int character) => Slice(Place(character), Place(character + 1) - Place(character));

    public bool Equals(JinjaText? other) => other is not null && Value == other.Value;

    public override bool Equals(object? obj) => Equals(obj as JinjaText);

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;

    // Empty when every character is one UTF-16 unit.
    int[] Points => points ??= FindPoints(Value);

    static int[] FindPoints(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange((char)0xD800, (char)0xDBFF))
            return [];
        var places = new List<int>();
        for (var i = 0; i < text.Length; i += i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1)
            places.Add(i);
        places.Add(text.Length);
        return [.. places];
    }

    int CutsUpTo(int place)
    {
        var at = Array.BinarySearch(Cuts, place);
        return at >= 0 ? at + 1 : ~at;
    }
}
