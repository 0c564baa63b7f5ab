using System.Buffers;
using System.Text.RegularExpressions;

namespace Aigc.DataSupply.Recipes;

/// <summary>
/// Reads a recipe's files. A line is <c># a comment</c>, <c>slot name: this | that</c>, <c>[family] label, label</c> (no label: harmless), or a template of the family above it; in a template
/// <c>{name}</c> is a slot and <c>(this|that)</c> are words of its own. Slots hold in all files of the recipe.
/// </summary>
internal static partial class RecipeText
{
    private static readonly SearchValues<char> Brackets = SearchValues.Create("{}()[]|");

    /// <exception cref="InvalidDataException">A line means nothing; the message names file and line.</exception>
    public static Recipe Read(string name, IReadOnlyDictionary<string, string> texts)
    {
        var slots = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var lines = texts.OrderBy(text => text.Key, StringComparer.Ordinal)
            .SelectMany(text => text.Value.Split('\n').Select((line, index) => new Line(text.Key, index + 1, line.Trim())))
            .Where(line => line.Text.Length > 0 && line.Text[0] != '#')
            .ToList();
        foreach (var line in lines)
        {
            if (Slot().Match(line.Text) is { Success: true } slot && !slots.TryAdd(slot.Groups["name"].Value, Options(slot.Groups["fillers"].Value, line)))
            {
                throw line.Wrong($"the slot {slot.Groups["name"].Value} is there twice");
            }
        }

        var files = new SortedDictionary<string, IReadOnlyList<TemplateFamily>>(StringComparer.Ordinal);
        foreach (var file in lines.Where(line => !Slot().IsMatch(line.Text)).GroupBy(line => line.File))
        {
            files[file.Key] = Families(file.Key, file, slots);
        }

        return new() { Name = name, Files = files, Slots = slots };
    }

    private static List<TemplateFamily> Families(string file, IEnumerable<Line> lines, Dictionary<string, IReadOnlyList<string>> slots)
    {
        var families = new Dictionary<string, (Line At, TemplateFamily Family, List<Template> Templates)>(StringComparer.Ordinal);
        List<Template>? current = null;
        foreach (var line in lines)
        {
            if (line.Text[0] != '[')
            {
                (current ?? throw line.Wrong("a template stands below the [name] of its family")).Add(Template(line, slots));
                continue;
            }

            var header = Header().Match(line.Text);
            if (!header.Success)
            {
                throw line.Wrong("a family is written [name] label, label");
            }

            current = [];
            var labels = header.Groups["labels"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal).ToArray();
            var family = new TemplateFamily($"{file}/{header.Groups["name"].Value}", labels, current);
            if (!families.TryAdd(family.Group, (line, family, current)))
            {
                throw line.Wrong($"the family {family.Group} is there twice");
            }
        }

        return [.. families.Values.Select(family => family.Templates.Count > 0 ? family.Family : throw family.At.Wrong("the family has no template"))];
    }

    private static Template Template(Line line, Dictionary<string, IReadOnlyList<string>> slots)
    {
        var parts = new List<IReadOnlyList<string>>();
        var at = 0;
        foreach (Match gap in Gap().Matches(line.Text))
        {
            Plain(line.Text[at..gap.Index]);
            parts.Add(gap.Groups["slot"] is { Success: true, Value: var name }
                ? slots.GetValueOrDefault(name) ?? throw line.Wrong($"there is no slot {name}")
                : Options(gap.Groups["own"].Value, line));
            at = gap.Index + gap.Length;
        }

        Plain(line.Text[at..]);
        return new(parts);

        void Plain(string text)
        {
            if (text.AsSpan().ContainsAny(Brackets))
            {
                throw line.Wrong("a bracket is not closed, or holds what no bracket may");
            }

            if (text.Length > 0)
            {
                parts.Add([text]);
            }
        }
    }

    private static string[] Options(string text, Line line)
    {
        // An empty one may stand between words: "(really |)".
        var options = text.Contains(" | ", StringComparison.Ordinal) ? text.Split(" | ") : text.Split('|');
        return options.Distinct(StringComparer.Ordinal).Count() == options.Length && options.Length > 1 ? options : throw line.Wrong("alternatives are at least two, and no two are the same");
    }

    private sealed record Line(string File, int Number, string Text)
    {
        public InvalidDataException Wrong(string what) => new($"{File}.txt, line {Number}: {what}.");
    }

    [GeneratedRegex(@"^slot (?<name>[a-z][a-z0-9-]*): (?<fillers>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Slot();

    [GeneratedRegex(@"^\[(?<name>[a-z][a-z0-9-]*)\](?<labels>( [a-z/-]+(, [a-z/-]+)*)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Header();

    [GeneratedRegex(@"\{(?<slot>[a-z][a-z0-9-]*)\}|\((?<own>[^(){}\[\]]*)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Gap();
}
