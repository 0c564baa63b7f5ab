using System.Globalization;
using System.Text;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// Names of documentation comments as a reader says them: <c>T:System.String</c> is <c>String</c>, <c>M:System.String.Trim(System.Char)</c> is
/// <c>Trim(Char)</c>, <c>T:System.Collections.Generic.List`1</c> is <c>List&lt;T&gt;</c>.
/// </summary>
internal static class Cref
{
    /// <summary>Short name of any reference.</summary>
    public static string Name(string cref)
    {
        var id = cref.Length > 2 && cref[1] == ':' ? cref[2..] : cref;
        if (cref.StartsWith("T:", StringComparison.Ordinal) || cref.StartsWith("N:", StringComparison.Ordinal))
        {
            return Generic(LastPart(id));
        }

        return cref.StartsWith("M:", StringComparison.Ordinal) ? Method(id) : Member(Head(id));
    }

    /// <summary>Name of a member within its type: with the types of its parameters for a method or constructor.</summary>
    public static string Method(string id)
    {
        var open = id.IndexOf('(', StringComparison.Ordinal);
        var head = open < 0 ? id : id[..open];
        var name = Member(head);
        if (open < 0)
        {
            return name + "()";
        }

        var close = id.LastIndexOf(')');
        return name + "(" + Types(id[(open + 1)..Math.Max(open + 1, close)]) + ")";
    }

    /// <summary>Last part of an id without parameters: <c>#ctor</c> becomes the type's name, an operator loses its prefix.</summary>
    public static string Member(string head)
    {
        var name = LastPart(head);
        if (name is "#ctor" or "#cctor")
        {
            return Bare(LastPart(head[..Math.Max(0, head.LastIndexOf('.'))]));
        }

        // An explicit implementation: System#IDisposable#Dispose.
        name = name[(name.LastIndexOf('#') + 1)..];
        return Generic(name.StartsWith("op_", StringComparison.Ordinal) ? name[3..] : name);
    }

    /// <summary>The id before its parameters.</summary>
    public static string Head(string id) => id.IndexOf('(', StringComparison.Ordinal) is var open and >= 0 ? id[..open] : id;

    /// <summary>The part of an id after its last point.</summary>
    public static string LastPart(string id) => id[(id.LastIndexOf('.') + 1)..];

    /// <summary>A name without its generic arity.</summary>
    public static string Bare(string name) => name.IndexOf('`', StringComparison.Ordinal) is var tick and >= 0 ? name[..tick] : name;

    /// <summary><c>Dictionary`2</c> is <c>Dictionary&lt;T1, T2&gt;</c>.</summary>
    public static string Generic(string name)
    {
        var tick = name.IndexOf('`', StringComparison.Ordinal);
        if (tick < 0 || !int.TryParse(name.AsSpan(name.LastIndexOf('`') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var arity) || arity is 0 or > 16)
        {
            return tick < 0 ? name : name[..tick];
        }

        return name[..tick] + "<" + (arity == 1 ? "T" : string.Join(", ", Enumerable.Range(1, arity).Select(n => "T" + n.ToString(CultureInfo.InvariantCulture)))) + ">";
    }

    /// <summary>Types of parameters: namespaces out, braces to angle brackets, <c>``0</c> to <c>T</c>.</summary>
    private static string Types(string list)
    {
        var text = new StringBuilder(list.Length);
        var start = 0;
        for (var i = 0; i <= list.Length; i++)
        {
            if (i < list.Length && (char.IsLetterOrDigit(list[i]) || list[i] is '.' or '`' or '_' or '#'))
            {
                continue;
            }

            text.Append(TypeName(list[start..i]));
            text.Append(i == list.Length ? "" : list[i] switch { ',' => ", ", '{' => "<", '}' => ">", '@' => "", var other => other.ToString() });
            start = i + 1;
        }

        return text.ToString();
    }

    private static string TypeName(string name)
    {
        if (name.StartsWith('`'))
        {
            var index = name.TrimStart('`');
            return index == "0" ? "T" : "T" + index;
        }

        return Bare(LastPart(name));
    }
}
