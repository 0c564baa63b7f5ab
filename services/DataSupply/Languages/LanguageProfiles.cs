using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aigc.DataSupply.Languages;

/// <summary>
/// Character trigram profiles of the languages that share a script, read from the embedded <c>profiles.txt</c>
/// (see <c>build-profiles.mjs</c> for where it comes from).
/// </summary>
internal sealed class LanguageProfiles
{
    /// <summary>Weight given to a trigram a profile has never seen, in occurrences.</summary>
    private const double Unseen = 0.3;

    private readonly Dictionary<Script, Group> _groups;

    private LanguageProfiles(Dictionary<Script, Group> groups, string digest) => (_groups, Digest) = (groups, digest);

    /// <summary>The embedded profiles; read once.</summary>
    public static LanguageProfiles Shared { get; } = Read();

    /// <summary>SHA-256 of the profiles; part of a build's key.</summary>
    public string Digest { get; }

    /// <summary>Profiles of one script, or null when its script names the language.</summary>
    public Group? Of(Script script) => _groups.GetValueOrDefault(script);

    /// <summary>Packs three characters into one key.</summary>
    public static ulong Key(char a, char b, char c) => ((ulong)a << 32) | ((ulong)b << 16) | c;

    private static LanguageProfiles Read()
    {
        using var stream = typeof(LanguageProfiles).Assembly.GetManifestResourceStream("Aigc.DataSupply.Languages.profiles.txt")!;
        var digest = Convert.ToHexStringLower(SHA256.HashData(stream));
        stream.Position = 0;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var lines = new List<(string Language, double Total, string[] Grams)>();
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split('\t');
            lines.Add((parts[0], double.Parse(parts[1], CultureInfo.InvariantCulture), parts[2].Split(' ')));
        }

        var groups = lines.GroupBy(line => Scripts.Of(line.Grams.First(gram => gram[1] != '_')[1]));
        return new(groups.ToDictionary(group => group.Key, group => Build([.. group])), digest);
    }

    private static Group Build((string Language, double Total, string[] Grams)[] profiles)
    {
        var unseen = profiles.Select(profile => Math.Log(Unseen / profile.Total)).ToArray();
        var weights = new Dictionary<ulong, float[]>();
        for (var language = 0; language < profiles.Length; language++)
        {
            var (_, total, grams) = profiles[language];
            for (var i = 0; i + 1 < grams.Length; i += 2)
            {
                if (grams[i].Length != 3)
                {
                    continue;
                }

                var key = Key(grams[i][0], grams[i][1], grams[i][2]);
                if (!weights.TryGetValue(key, out var row))
                {
                    weights[key] = row = [.. unseen.Select(value => (float)value)];
                }

                row[language] = (float)Math.Log(double.Parse(grams[i + 1], CultureInfo.InvariantCulture) / total);
            }
        }

        return new([.. profiles.Select(profile => profile.Language)], weights);
    }

    /// <summary>Languages of one script and, for each known trigram, its log probability in each of them.</summary>
    public sealed record Group(string[] Languages, Dictionary<ulong, float[]> Weights);
}
