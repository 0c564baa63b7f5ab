using System.Globalization;
using Aigc.DataSupply.Rules;

namespace Aigc.DataSupply.Tests.Builds;

/// <summary>English prose made by rule, so that expectations about what is kept can be exact.</summary>
internal static class GeneratedCorpus
{
    private static readonly string[] Nouns = ["river", "garden", "letter", "engine", "window", "market", "teacher", "mountain", "paper", "village", "bridge", "forest", "ship", "kitchen", "harbour", "castle"];
    private static readonly string[] Verbs = ["follows", "crosses", "describes", "carries", "reaches", "changes", "repairs", "watches", "protects", "answers", "measures", "remembers"];
    private static readonly string[] Adjectives = ["old", "quiet", "narrow", "bright", "heavy", "distant", "careful", "broken", "green", "early", "curious", "patient"];

    /// <summary>A document of eight sentences that passes every rule: the first of a few tries that does.</summary>
    public static string Document(int seed)
    {
        var rules = RuleSet.Load("fineweb");
        var reader = new SignalReader(rules);
        return Enumerable.Range(0, 100).Select(attempt => Try((seed * 100) + attempt)).First(text => rules.Judge(reader.Read(text, 1).Signals, "en", languagesAsked: true) is null);
    }

    private static string Try(int seed)
    {
        var random = new Random(seed);
        var sentences = Enumerable.Range(0, 8).Select(_ => string.Create(
            CultureInfo.InvariantCulture,
            $"The {Pick(Adjectives)} {Pick(Nouns)} {Pick(Verbs)} the {Pick(Nouns)} of the {Pick(Adjectives)} {Pick(Nouns)}, and the {Pick(Nouns)} that we have seen {Pick(Verbs)} it with a {Pick(Adjectives)} {Pick(Nouns)}."));
        return string.Join('\n', sentences);

        string Pick(string[] words) => words[random.Next(words.Length)];
    }
}
