using System.Text.Json;
using Aigc.Annotation.Labelers.Text;

namespace Aigc.Annotation.Labelers;

/// <summary>Topics with their seed words, as data (<c>topics.json</c>). Knows no corpus: technical and general subjects side by side.</summary>
internal sealed class Taxonomy
{
    /// <summary>Topic of what fits nowhere else.</summary>
    public const string General = "general";

    private Taxonomy(IReadOnlyList<Topic> topics)
    {
        Topics = topics;
        Seeds = topics.SelectMany((topic, index) => topic.Words.Select(word => (Stem: Words.Stem(word), index)))
            .GroupBy(seed => seed.Stem, StringComparer.Ordinal)
            .ToDictionary(seed => seed.Key, seed => seed.Select(s => s.index).Distinct().ToArray(), StringComparer.Ordinal);
        Names = [.. topics.Select(topic => topic.Name), General];
    }

    /// <summary>The taxonomy that ships with the service.</summary>
    public static Taxonomy Default { get; } = Load();

    /// <summary>Topics without <see cref="General"/>.</summary>
    public IReadOnlyList<Topic> Topics { get; }

    /// <summary>All names a label may carry.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Stemmed seed word → the topics it speaks for.</summary>
    public IReadOnlyDictionary<string, int[]> Seeds { get; }

    private static Taxonomy Load()
    {
        using var resource = typeof(Taxonomy).Assembly.GetManifestResourceStream("topics.json")!;
        return new(JsonSerializer.Deserialize<Topic[]>(resource, JsonSerializerOptions.Web)!);
    }
}

/// <summary>A topic.</summary>
/// <param name="Name">Kebab-case name.</param>
/// <param name="Words">Seed words, singular, lower case.</param>
internal sealed record Topic(string Name, IReadOnlyList<string> Words);
