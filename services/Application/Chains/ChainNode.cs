namespace Aigc.Application.Chains;

/// <summary>A value of a chain file and where it stands in the text. Lines and columns count from 1.</summary>
internal abstract record ChainNode(int Line, int Column);

/// <summary>A scalar. <paramref name="Quoted"/> ones are text whatever they look like.</summary>
internal sealed record ChainScalar(string Text, bool Quoted, int Line, int Column) : ChainNode(Line, Column)
{
    /// <summary>Nothing was written. YAML 1.2 core schema.</summary>
    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

    public bool? Flag => Quoted ? null : Text switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => null,
    };

    public double? Number => !Quoted
        && double.TryParse(Text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number) ? number : null;
}

/// <summary>A list.</summary>
internal sealed record ChainList(IReadOnlyList<ChainNode> Items, int Line, int Column) : ChainNode(Line, Column);

/// <summary>Keys and values, in the order written.</summary>
internal sealed record ChainMap(IReadOnlyList<ChainEntry> Entries, int Line, int Column) : ChainNode(Line, Column)
{
    public ChainNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key.Text == key)?.Value is { } value && value is not ChainScalar { IsNull: true } ? value : null;
}

/// <summary>One key and its value.</summary>
internal sealed record ChainEntry(ChainScalar Key, ChainNode Value);

/// <summary>Something wrong in a chain file.</summary>
internal sealed record ChainFault(int Line, int Column, string Key, string Message)
{
    public override string ToString() => Key.Length == 0 ? $"line {Line}, column {Column}: {Message}" : $"line {Line}, column {Column}: {Key}: {Message}";
}

/// <summary>The text cannot be read any further.</summary>
internal sealed class ChainSyntaxException(ChainFault fault) : Exception(fault.ToString())
{
    public ChainFault Fault { get; } = fault;
}
