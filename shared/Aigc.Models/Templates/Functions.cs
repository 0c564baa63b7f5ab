using System.Globalization;
using System.Text;

namespace Aigc.Models.Templates;

/// <summary>The functions every template can call.</summary>
internal static class Functions
{
    const int LongestRange = 100_000;

    public static void AddTo(Scope scope, DateTimeOffset now)
    {
        Add("range", Range);
        Add("namespace", Namespace);
        Add("dict", (_, arguments) => new JinjaMap(Pairs(arguments)));
        Add("raise_exception", (run, arguments) => throw run.Budget.Fail(Writing.Show(run.Budget, arguments.Bind("raise_exception", "message")[0]).Value, raised: true));
        Add("strftime_now", (_, arguments) => JinjaText.OfTemplate(Time(now, arguments.Text(arguments.Bind("strftime_now", "format")[0], "format").Value)));

        void Add(string name, Func<TemplateRun, Arguments, object?> call) => scope.Set(name, new JinjaFunction(name, call));
    }

    static object? Range(TemplateRun run, Arguments arguments)
    {
        var bounds = arguments.Items.Select(item => arguments.Integer(item, "range")).ToArray();
        if (bounds.Length is 0 or > 3 || (bounds.Length == 3 && bounds[2] == 0))
            throw run.Fail("range takes one to three integers, and no step of 0");
        var (start, stop, step) = (bounds.Length > 1 ? bounds[0] : 0, bounds.Length > 1 ? bounds[1] : bounds[0], bounds.Length > 2 ? bounds[2] : 1);
        var distance = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var by = Int128.Abs(step);
        var count = distance <= 0 ? 0 : (distance + by - 1) / by;
        if (count > LongestRange)
            throw run.Fail(FormattableString.Invariant($"range gives at most {LongestRange} numbers"));
        run.Budget.Elements((long)count);
        return new JinjaList([.. Enumerable.Range(0, (int)count).Select(i => (object?)(start + (i * step)))]);
    }

    static object? Namespace(TemplateRun run, Arguments arguments)
    {
        var made = new JinjaNamespace();
        foreach (var (key, value) in Pairs(arguments))
            made.Attributes[key is JinjaText name ? name.Value : throw run.Fail("the names of a namespace are texts")] = value;
        return made;
    }

    static List<KeyValuePair<object?, object?>> Pairs(Arguments arguments)
    {
        var pairs = new List<KeyValuePair<object?, object?>>();
        foreach (var given in arguments.Items)
        {
            if (given is JinjaMap map)
                pairs.AddRange(map.Entries);
            else
                pairs.AddRange(Kinds.Elements(arguments.Budget, given).Select(pair => pair is JinjaList { Items.Count: 2 } two
                    ? new KeyValuePair<object?, object?>(two.Items[0], two.Items[1])
                    : throw arguments.Budget.Fail("pairs of name and value are needed")));
        }
        arguments.Budget.Elements(pairs.Count + arguments.Named.Count);
        pairs.AddRange(arguments.Named.Select(named => new KeyValuePair<object?, object?>(JinjaText.OfTemplate(named.Key), named.Value)));
        return pairs;
    }

    /// <summary>Python's <c>strftime</c>, in English.</summary>
    static string Time(DateTimeOffset now, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            var bare = format[i + 1] == '-' && i + 2 < format.Length;
            i += bare ? 2 : 1;
            var part = Part(now, format[i]);
            text.Append(bare ? part.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0" : part);
        }
        return text.ToString();
    }

    static string Part(DateTimeOffset now, char code)
    {
        var pattern = code switch
        {
            'Y' => "yyyy",
            'y' => "yy",
            'm' => "MM",
            'd' => "dd",
            'b' or 'h' => "MMM",
            'B' => "MMMM",
            'a' => "ddd",
            'A' => "dddd",
            'H' => "HH",
            'I' => "hh",
            'M' => "mm",
            'S' => "ss",
            'p' => "tt",
            'f' => "ffffff",
            'F' => "yyyy-MM-dd",
            'T' => "HH:mm:ss",
            'D' => "MM/dd/yy",
            _ => null,
        };
        return pattern is not null ? now.ToString(pattern, CultureInfo.InvariantCulture) : code switch
        {
            'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'z' or 'Z' => "",
            '%' => "%",
            _ => "%" + code,
        };
    }
}
