using Aigc.DataSupply.Rules;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// Remembers what an article has said, in runs of four words. Overloads are documented by copying; an article that repeats every copy is
/// neither readable nor worth learning from.
/// </summary>
internal sealed class Novelty
{
    private const int Run = 4;

    /// <summary>Share of a sentence's runs that may have been said before.</summary>
    private const double MaxRepeated = 0.3;

    private readonly HashSet<ulong> _said = [];
    private readonly List<ulong> _runs = [];

    /// <summary>True, and remembered, when most of the sentence is new.</summary>
    public bool Add(string sentence)
    {
        var words = Words.Of(sentence);
        _runs.Clear();
        for (var i = 0; i + Math.Min(Run, words.Count) <= words.Count && words.Count > 0; i++)
        {
            var hash = words[i].Hash;
            for (var j = 1; j < Math.Min(Run, words.Count); j++)
            {
                hash = Words.Combine(hash, words[i + j].Hash);
            }

            _runs.Add(hash);
        }

        var repeated = _runs.Count(_said.Contains);
        if (_runs.Count == 0 || repeated > _runs.Count * MaxRepeated)
        {
            return false;
        }

        _said.UnionWith(_runs);
        return true;
    }
}
