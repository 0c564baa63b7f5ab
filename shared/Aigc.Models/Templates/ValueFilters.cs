using System.Globalization;

namespace Aigc.Models.Templates;

/// <summary>Filters of single values.</summary>
internal static class ValueFilters
{
    public static object? Default(TemplateRun run, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("default", "default_value", "boolean");
        var emptyToo = !ReferenceEquals(bound[1], Arguments.Missing) && Kinds.IsTrue(bound[1]);
        return value is Undefined || (emptyToo && !Kinds.IsTrue(value)) ? Arguments.Or(bound[0], JinjaText.Empty) : value;
    }

    public static object? Length(TemplateRun run, object? value, Arguments arguments) => value switch
    {
        JinjaText text => (long)text.Count,
        JinjaList { IsLazy: false } list => (long)list.Items.Count,
        JinjaMap map => (long)map.Entries.Count,
        Undefined => 0L,
        _ => throw run.Fail($"{Kinds.Name(value)} has no length"),
    };

    public static object? Absolute(TemplateRun run, object? value, Arguments arguments) => value switch
    {
        long.MinValue => throw run.Fail("a number is too large"),
        long n => (object)Math.Abs(n),
        bool b => b ? 1L : 0L,
        double d => Math.Abs(d),
        _ => throw run.Fail($"{Kinds.Name(value)} has no absolute value"),
    };

    public static object? Integer(TemplateRun run, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("int", "default", "base");
        return value switch
        {
            long n => n,
            bool b => b ? 1L : 0L,
            double d when Math.Abs(d) < 9e18 => (long)d,
            JinjaText text when long.TryParse(text.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole) => whole,
            JinjaText text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && Math.Abs(real) < 9e18 => (long)real,
            _ => Arguments.Or(bound[0], 0L),
        };
    }

    public static object? Real(TemplateRun run, object? value, Arguments arguments)
    {
        var otherwise = arguments.One("float", "default", 0.0);
        return Equality.TryNumber(value, out var number) ? number
            : value is JinjaText text && double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : otherwise;
    }

    public static object? Round(TemplateRun run, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("round", "precision", "method");
        var digits = (int)Math.Clamp(arguments.Integer(bound[0], "precision", 0), 0, 15);
        if (!Equality.TryNumber(value, out var number))
            throw run.Fail($"{Kinds.Name(value)} cannot be rounded");
        var scale = Math.Pow(10, digits);
        return (Arguments.Or(bound[1], null) as JinjaText)?.Value switch
        {
            null or "common" => value is double ? Math.Round(number, digits, MidpointRounding.ToEven) : value,
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            var other => throw run.Fail($"{other} is no way to round"),
        };
    }

    public static object? Replace(TemplateRun run, JinjaText text, Arguments arguments)
    {
        var bound = arguments.Bind("replace", "old", "new", "count");
        var count = Arguments.Or(bound[2], null) is { } most ? arguments.Integer(most, "count") : -1;
        return TextEditing.Replace(run.Budget, text, Writing.Show(run.Budget, Arguments.Or(bound[0], null)), Writing.Show(run.Budget, Arguments.Or(bound[1], null)), count);
    }

    /// <summary>Indents every line but the first, and empty lines only where asked to.</summary>
    public static object? Indent(TemplateRun run, JinjaText text, Arguments arguments)
    {
        var bound = arguments.Bind("indent", "width", "first", "blank");
        var blanks = Arguments.Or(bound[0], 4L) is JinjaText given
            ? given
            : JinjaText.OfTemplate(new string(' ', (int)Math.Clamp(arguments.Integer(bound[0], "width", 4), 0, 256)));
        var (first, blank) = (Kinds.IsTrue(Arguments.Or(bound[1], false)), Kinds.IsTrue(Arguments.Or(bound[2], false)));
        var lines = TextEditing.Lines(run.Budget, text, keepEnds: false).Items.Cast<JinjaText>().ToList();
        // A text that ends with a line break has one more, empty line here.
        if (text.Value.Length == 0 || text.Value[^1] is '\n' or '\r')
            lines.Add(JinjaText.Empty);
        var result = new TextBuilder(run.Budget);
        for (var i = 0; i < lines.Count; i++)
        {
            result.Append(i > 0 ? "\n" : "");
            if (i == 0 ? first : blank || lines[i].Value.Length > 0)
                result.Append(blanks);
            result.Append(lines[i]);
        }
        return result.Build();
    }
}
