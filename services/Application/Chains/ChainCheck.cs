using System.Globalization;
using System.Text.RegularExpressions;

namespace Aigc.Application.Chains;

/// <summary>Holds a document against the shape and tells everything that is wrong with it at once.</summary>
internal sealed class ChainCheck
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);
    private readonly List<ChainFault> _faults = [];

    public IReadOnlyList<ChainFault> Faults => _faults;

    public void Add(ChainNode at, string key, string message) => _faults.Add(new ChainFault(at.Line, at.Column, key, message));

    public void Check(ChainNode node, ValueSpec spec, string key)
    {
        switch (spec)
        {
            case MapSpec map:
                Map(node, map, key);
                break;
            case ListSpec list:
                List(node, list, key);
                break;
            case TextSpec text:
                Text(node, text, key);
                break;
            case NumberSpec number:
                Number(node, number, key);
                break;
            default:
                if (node is not ChainScalar { Flag: not null })
                {
                    Add(node, key, $"must be true or false, not {What(node)}");
                }

                break;
        }
    }

    private void Map(ChainNode node, MapSpec spec, string key)
    {
        if (node is not ChainMap map)
        {
            Add(node, key, $"must be a group of keys ({string.Join(", ", spec.Keys.Select(k => k.Name))}), not {What(node)}");
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in map.Entries)
        {
            var path = key.Length == 0 ? name.Text : $"{key}.{name.Text}";
            if (!seen.Add(name.Text))
            {
                Add(name, path, "is written twice");
            }
            else if (spec.Keys.FirstOrDefault(k => k.Name == name.Text) is not { } known)
            {
                Add(name, path, "unknown key" + Spelling.Hint(name.Text, spec.Keys.Select(k => k.Name)));
            }
            else if (value is not ChainScalar { IsNull: true })
            {
                Check(value, known.Value, path);
            }
            else if (known.Required || known.Value is MapSpec)
            {
                // An empty group is more likely a slip of indentation than a wish for the defaults: those are had by leaving it out.
                Add(name, path, "has no value");
            }
        }

        foreach (var missing in spec.Keys.Where(k => k.Required && !seen.Contains(k.Name)))
        {
            Add(map, key.Length == 0 ? missing.Name : $"{key}.{missing.Name}", "is missing");
        }
    }

    private void List(ChainNode node, ListSpec spec, string key)
    {
        if (node is not ChainList list)
        {
            Add(node, key, $"must be a list, not {What(node)}");
            return;
        }

        if (list.Items.Count < spec.AtLeast)
        {
            Add(node, key, $"needs at least {spec.AtLeast} {(spec.AtLeast == 1 ? "entry" : "entries")}");
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            Check(list.Items[i], spec.Item, $"{key}[{i}]");
        }
    }

    private void Text(ChainNode node, TextSpec spec, string key)
    {
        if (node is not ChainScalar scalar || (!scalar.Quoted && scalar is { Flag: not null } or { IsNull: true }))
        {
            Add(node, key, $"must be text, not {What(node)}");
        }
        else if (spec.OneOf is { } known && !known.Contains(scalar.Text, StringComparer.Ordinal))
        {
            Add(node, key, $"'{scalar.Text}' is not known; it is one of {string.Join(", ", known)}{Spelling.Hint(scalar.Text, known)}");
        }
        else if (scalar.Text.Length == 0 && !spec.MayBeEmpty)
        {
            Add(node, key, "must not be empty");
        }
        else if (spec.Pattern is { } pattern && !Regex.IsMatch(scalar.Text, pattern, RegexOptions.CultureInvariant, PatternTimeout))
        {
            Add(node, key, $"'{scalar.Text}' is not {spec.PatternSays}");
        }
    }

    private void Number(ChainNode node, NumberSpec spec, string key)
    {
        if (node is not ChainScalar { Number: { } number })
        {
            Add(node, key, $"must be a {(spec.Whole ? "whole number" : "number")}, not {What(node)}");
        }
        else if (spec.Whole && number != Math.Truncate(number))
        {
            Add(node, key, $"must be a whole number, not {Invariant(number)}");
        }
        else if (spec.Above is { } above && number <= above)
        {
            Add(node, key, $"must be greater than {Invariant(above)}, not {Invariant(number)}");
        }
        else if (number < spec.AtLeast || number > spec.AtMost)
        {
            Add(node, key, (spec.AtLeast, spec.AtMost) switch
            {
                ({ } least, < 2_000_000) => $"must be between {Invariant(least)} and {Invariant(spec.AtMost.Value)}, not {Invariant(number)}",
                ({ } least, _) when number < least => $"must be at least {Invariant(least)}, not {Invariant(number)}",
                _ => $"must be at most {Invariant(spec.AtMost!.Value)}, not {Invariant(number)}",
            });
        }
    }

    private static string Invariant(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static string What(ChainNode node) => node switch
    {
        ChainMap => "a group of keys",
        ChainList => "a list",
        ChainScalar { IsNull: true } => "nothing",
        ChainScalar { Text: { Length: > 40 } text } => $"'{text[..40]}…'",
        ChainScalar scalar => $"'{scalar.Text}'",
        _ => "that",
    };
}
