using System.Globalization;
using System.Text;

namespace Aigc.Models.Templates;

/// <summary>Values as text: as they are shown, as Python would write them inside of a list.</summary>
internal static class Writing
{
    /// <summary>As <c>{{ }}</c> shows a value.</summary>
    public static JinjaText Show(Budget budget, object? value) => value switch
    {
        JinjaText text => text,
        Undefined => JinjaText.Empty,
        null or bool or long or double => JinjaText.OfTemplate(Simple(value)),
        JinjaList or JinjaMap => Whole(budget, value),
        _ => throw budget.Fail($"{Kinds.Name(value)} cannot be shown"),
    };

    /// <summary>Python's <c>repr</c>.</summary>
    public static JinjaText Whole(Budget budget, object? value)
    {
        var text = new TextBuilder(budget);
        Write(budget, value, text);
        return text.Build();
    }

    /// <summary>A number, truth value or none.</summary>
    public static string Simple(object? value) => value switch
    {
        null => "None",
        bool b => b ? "True" : "False",
        long n => n.ToString(CultureInfo.InvariantCulture),
        double d => Real(d),
        _ => "",
    };

    /// <summary>Python's shortest form of a number: an exponent from 1e16 and below 1e-4, and always a point or an exponent.</summary>
    public static string Real(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";
        var shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 0; digits < 16; digits++)
        {
            var candidate = value.ToString("E" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) == value)
            {
                shortest = candidate;
                break;
            }
        }
        var at = shortest.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(shortest.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = value < 0 ? "-" : "";
        var mantissa = shortest[..at].TrimStart('-').Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        if (mantissa.Length == 0)
            mantissa = "0";
        if (exponent is < -4 or >= 16)
        {
            var point = mantissa.Length > 1 ? "." + mantissa[1..] : "";
            return FormattableString.Invariant($"{sign}{mantissa[0]}{point}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent):00}");
        }
        if (exponent < 0)
            return sign + "0." + new string('0', -exponent - 1) + mantissa;
        mantissa = mantissa.PadRight(exponent + 2, '0');
        return sign + mantissa[..(exponent + 1)] + "." + mantissa[(exponent + 1)..];
    }

    static void Write(Budget budget, object? value, TextBuilder text)
    {
        budget.Step();
        budget.Enter();
        switch (value)
        {
            case JinjaText inside:
                text.Append(JinjaText.Of(Quoted(inside.Value), inside.HasData));
                break;
            case JinjaList list:
                text.Append(list.IsTuple ? "(" : "[");
                for (var i = 0; i < list.Items.Count; i++)
                {
                    text.Append(i > 0 ? ", " : "");
                    Write(budget, list.Items[i], text);
                }
                text.Append(list.IsTuple ? list.Items.Count == 1 ? ",)" : ")" : "]");
                break;
            case JinjaMap map:
                var first = true;
                text.Append("{");
                foreach (var (key, item) in map.Entries)
                {
                    text.Append(first ? "" : ", ");
                    first = false;
                    Write(budget, key, text);
                    text.Append(": ");
                    Write(budget, item, text);
                }
                text.Append("}");
                break;
            case Undefined:
                text.Append("Undefined");
                break;
            case null or bool or long or double:
                text.Append(Simple(value));
                break;
            default:
                throw budget.Fail($"{Kinds.Name(value)} cannot be shown");
        }
        budget.Leave();
    }

    static string Quoted(string value)
    {
        var quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var text = new StringBuilder(value.Length + 2).Append(quote);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == quote || c == '\\')
                text.Append('\\').Append(c);
            else if (c is '\n' or '\r' or '\t')
                text.Append('\\').Append(c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
            else if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
                text.Append(c).Append(value[++i]);
            else if (IsHidden(c))
                text.Append(c <= 0xFF ? "\\x" : "\\u").Append(((int)c).ToString(c <= 0xFF ? "x2" : "x4", CultureInfo.InvariantCulture));
            else
                text.Append(c);
        }
        return text.Append(quote).ToString();
    }

    // Python writes what has no picture as a number: control, format, surrogate, private and unassigned characters, and blanks but the plain one.
    static bool IsHidden(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || (c != ' ' && char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator);
}
