using System.Collections.Frozen;

namespace Aigc.Annotation.Labelers.Text;

/// <summary>Words of a text for counting: letters only, lower case, identifiers cut at their humps, lightly stemmed.</summary>
internal static class Words
{
    // Function words carry no topic; the list is the usual English core.
    private static readonly FrozenSet<string> Stop = new[]
    {
        "a", "about", "above", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because", "been", "before", "being",
        "below", "between", "both", "but", "by", "can", "could", "did", "do", "does", "doing", "down", "during", "each", "either", "else", "few", "for",
        "from", "further", "had", "has", "have", "having", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its",
        "itself", "just", "like", "may", "me", "might", "more", "most", "must", "my", "no", "nor", "not", "now", "of", "off", "on", "once", "one", "only",
        "or", "other", "our", "out", "over", "own", "same", "see", "shall", "she", "should", "so", "some", "such", "than", "that", "the", "their", "them",
        "then", "there", "these", "they", "this", "those", "through", "to", "too", "under", "until", "up", "use", "used", "using", "very", "was", "we",
        "were", "what", "when", "where", "which", "while", "who", "whose", "why", "will", "with", "would", "you", "your",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Stems in the order of the text, function words left out.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var letter = i < text.Length && char.IsLetter(text[i]);
            // Hump: fooBar → foo bar, HTTPServer → HTTP Server.
            var hump = letter && start >= 0 && char.IsUpper(text[i]) && (char.IsLower(text[i - 1]) || (i + 1 < text.Length && char.IsLower(text[i + 1])));
            if (start >= 0 && (!letter || hump))
            {
                if (i - start >= 2)
                {
                    var word = text[start..i].ToLowerInvariant();
                    if (!Stop.Contains(word))
                        yield return Stem(word);
                }

                start = -1;
            }

            if (letter && start < 0)
                start = i;
        }
    }

    /// <summary>Cuts plural and the commonest verb endings. Crude on purpose: it must only bring forms of one word together, repeatably.</summary>
    public static string Stem(string word)
    {
        if (word.Length > 4 && word.EndsWith("ies", StringComparison.Ordinal))
            return word[..^3] + "y";
        if (word.Length > 4 && (word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("xes", StringComparison.Ordinal) || word.EndsWith("ches", StringComparison.Ordinal) || word.EndsWith("shes", StringComparison.Ordinal)))
            return word[..^2];
        return word.Length > 3 && word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i') ? word[..^1] : word;
    }
}
