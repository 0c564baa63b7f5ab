using System.Collections.Concurrent;
using System.Text;

namespace Aigc.DataSupply.Recipes;

/// <summary>
/// A grammar that data is made from: families of templates with slots, in text files that people read and change (<see cref="RecipeText"/>). The platform carries its recipes, so that
/// a model trained on one can be made again from its seed.
/// </summary>
internal sealed record Recipe
{
    private const string Resources = "Aigc.DataSupply.Recipes.";

    private static readonly ConcurrentDictionary<string, Recipe> Loaded = new(StringComparer.Ordinal);

    public required string Name { get; init; }

    /// <summary>Files by name, in the order of their names; each becomes a file of rows.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<TemplateFamily>> Files { get; init; }

    /// <summary>What a slot may be filled with.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Slots { get; init; }

    /// <summary>Names of the recipes there are.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(Recipe).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal)).Select(name => name[Resources.Length..].Split('.')[0]).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A recipe by name; null when there is none.</summary>
    public static Recipe? Find(string name) => Names.Contains(name, StringComparer.Ordinal) ? Loaded.GetOrAdd(name, Load) : null;

    private static Recipe Load(string name)
    {
        var prefix = Resources + name + ".";
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in typeof(Recipe).Assembly.GetManifestResourceNames().Where(resource => resource.StartsWith(prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(typeof(Recipe).Assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            texts[Path.GetFileNameWithoutExtension(resource[prefix.Length..])] = reader.ReadToEnd();
        }

        return RecipeText.Read(name, texts);
    }
}

/// <summary>Templates that say one thing in one way. A family is held out or learned from as a whole.</summary>
internal sealed record TemplateFamily(string Group, IReadOnlyList<string> Labels, IReadOnlyList<Template> Templates);

/// <summary>A text with gaps. Each part is a list of what may stand there: one text, alternatives, or the fillers of a slot.</summary>
internal sealed record Template(IReadOnlyList<IReadOnlyList<string>> Parts)
{
    public string Draw(SeededDraws draws) => string.Concat(Parts.Select(part => part.Count == 1 ? part[0] : draws.One(part)));
}
