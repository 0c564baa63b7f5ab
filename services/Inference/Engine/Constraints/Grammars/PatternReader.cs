using System.Globalization;
using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>A pattern's text and the place that is read next.</summary>
internal sealed class PatternReader(string text, Location place)
{
    /// <summary>Index of what is read next. An atom is read again for each of its copies.</summary>
    public int At { get; set; }

    public bool IsAtEnd => At == text.Length;

    /// <summary>What is read next; not at the end.</summary>
    public char Next => text[At];

    /// <summary>What follows the next; null where nothing does.</summary>
    public char? Second => At + 1 < text.Length ? text[At + 1] : null;

    public char Read() => text[At++];

    /// <summary>Reads a character if it is the next.</summary>
    public bool Take(char c)
    {
        if (IsAtEnd || Next != c)
            return false;
        At++;
        return true;
    }

    /// <summary>Reads up to a character, which is left; null where there is none.</summary>
    public string? Until(char c)
    {
        var end = text.IndexOf(c, At);
        if (end < 0)
            return null;
        var read = text[At..end];
        At = end;
        return read;
    }

    /// <summary>Reads a character that may be two units, of which the first was read.</summary>
    public int Whole(char first)
    {
        if (!char.IsSurrogate(first))
            return first;
        return !IsAtEnd && char.IsSurrogatePair(first, Next) ? char.ConvertToUtf32(first, Read()) : throw Error("half of a surrogate pair");
    }

    /// <summary>Reads a number of so many hexadecimal digits.</summary>
    public int Hex(int digits)
    {
        if (At + digits > text.Length || !int.TryParse(text.AsSpan(At, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            throw Error("an escape lacks its digits");
        At += digits;
        return code;
    }

    public SchemaException Error(string reason) => place.Error($"in the pattern '{text}': {reason}");
}
