using System.Globalization;
using System.Text;

namespace Aigc.Models.Templates;

/// <summary>The filter <c>tojson</c> as transformers defines it: Python's <c>json.dumps</c> without escaping what is not ASCII.</summary>
internal sealed class JsonWriting(Budget budget, string? indent, string between, string colon, bool ascii, bool sorted)
{
    readonly TextBuilder text = new(budget);
    bool data;

    public static JinjaText Filter(TemplateRun run, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        var indent = Arguments.Or(bound[1], null) switch
        {
            null => null,
            JinjaText blanks => blanks.Value,
            var width => new string(' ', (int)Math.Clamp(arguments.Integer(width, "indent"), 0, 64)),
        };
        var (between, colon) = (indent is null ? ", " : ",", ": ");
        if (Arguments.Or(bound[2], null) is JinjaList { Items: [JinjaText first, JinjaText second] })
            (between, colon) = (first.Value, second.Value);
        var writing = new JsonWriting(run.Budget, indent, between, colon, IsSet(bound[0]), IsSet(bound[3]));
        writing.Write(value, 0);
        var written = writing.text.Build();
        return JinjaText.Of(written.Value, writing.data);
    }

    static bool IsSet(object? flag) => !ReferenceEquals(flag, Arguments.Missing) && Kinds.IsTrue(flag);

    void Write(object? value, int depth)
    {
        budget.Step();
        budget.Enter();
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool b:
                text.Append(b ? "true" : "false");
                break;
            case double d when !double.IsFinite(d):
                text.Append(double.IsNaN(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
                break;
            case long or double:
                text.Append(Writing.Simple(value));
                break;
            case JinjaText inside:
                data |= inside.HasData;
                text.Append(Quoted(inside.Value));
                break;
            case JinjaList list when !list.IsLazy:
                Write('[', ']', list.Items.Count, depth, i => Write(list.Items[i], depth + 1));
                break;
            case JinjaMap map:
                WriteMap(map, depth);
                break;
            default:
                throw budget.Fail($"{Kinds.Name(value)} has no form in JSON");
        }
        budget.Leave();
    }

    void WriteMap(JinjaMap map, int depth)
    {
        var entries = map.Entries;
        if (sorted)
        {
            var ordered = entries.ToList();
            ordered.Sort((a, b) => Equality.Compare(budget, a.Key, b.Key));
            entries = ordered;
        }
        Write('{', '}', entries.Count, depth, i =>
        {
            data |= entries[i].Key is JinjaText { HasData: true };
            text.Append(Quoted(entries[i].Key switch
            {
                JinjaText key => key.Value,
                null => "null",
                bool b => b ? "true" : "false",
                var number => Writing.Simple(number),
            }));
            text.Append(colon);
            Write(entries[i].Value, depth + 1);
        });
    }

    void Write(char open, char close, int count, int depth, Action<int> item)
    {
        text.Append(open.ToString());
        for (var i = 0; i < count; i++)
        {
            text.Append(i > 0 ? between : "");
            NewLine(depth + 1);
            item(i);
        }
        if (count > 0)
            NewLine(depth);
        text.Append(close.ToString());
    }

    void NewLine(int depth)
    {
        if (indent is null)
            return;
        text.Append("\n");
        for (var i = 0; i < depth; i++)
            text.Append(indent);
    }

    string Quoted(string value)
    {
        budget.Characters(value.Length);
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            var at = "\"\\\n\r\t\b\f".IndexOf(c, StringComparison.Ordinal);
            if (at >= 0)
                quoted.Append('\\').Append("\"\\nrtbf"[at]);
            else if (c < ' ' || (ascii && c > '~'))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
