namespace Aigc.DataSupply.Languages;

/// <summary>A language guess: ISO 639-1 code (<c>und</c> when there is nothing to judge) and the share of the text that speaks for it, 0–1.</summary>
internal readonly record struct LanguageGuess(string Language, double Confidence);

/// <summary>
/// Names a text's language. Each window of about forty words is judged by script, then by a naive Bayes model over character trigrams; the
/// confidence is the average posterior over all windows, so that a text half in one language and half in another scores 0.5 rather than the
/// meaningless 1.0 that multiplying thousands of probabilities gives.
/// </summary>
internal sealed class LanguageIdentifier(LanguageProfiles profiles)
{
    /// <summary>Confidence from which a document is kept (FineWeb).</summary>
    public const double Threshold = 0.65;

    private const int WindowLetters = 240;
    private const int MaxWindows = 24;

    /// <summary>Neighbouring trigrams overlap, so their evidence counts for less than that of independent ones.</summary>
    private const double Damping = 0.4;

    public static LanguageIdentifier Shared { get; } = new(LanguageProfiles.Shared);

    public LanguageGuess Identify(ReadOnlySpan<char> text)
    {
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        double total = 0;
        var stride = Math.Max(1, text.Length / (WindowLetters * 2) / MaxWindows);
        for (int start = 0, window = 0; start < text.Length; window++)
        {
            var end = EndOfWindow(text, start);
            if (window % stride == 0)
            {
                total += Judge(text[start..end], scores);
            }

            start = end;
        }

        if (total == 0)
        {
            return new("und", 0);
        }

        var best = scores.OrderByDescending(score => score.Value).ThenBy(score => score.Key, StringComparer.Ordinal).First();
        return new(best.Key, best.Value / total);
    }

    private static int EndOfWindow(ReadOnlySpan<char> text, int start)
    {
        var end = Math.Min(text.Length, start + WindowLetters);
        while (end < text.Length && end - start < WindowLetters * 2 && char.IsLetter(text[end]))
        {
            end++;
        }

        return end;
    }

    /// <summary>Adds one window's posteriors, weighted by its letters; returns that weight.</summary>
    private double Judge(ReadOnlySpan<char> text, Dictionary<string, double> scores)
    {
        Span<char> window = stackalloc char[WindowLetters * 2];
        text[..Math.Min(text.Length, window.Length)].CopyTo(window);
        window = window[..Math.Min(text.Length, window.Length)];
        BlankIdentifiers(window);
        Span<int> letters = stackalloc int[(int)Script.Other + 1];
        letters.Clear();
        foreach (var c in window)
        {
            letters[(int)Scripts.Of(c)]++;
        }

        letters[(int)Script.None] = 0;
        // Japanese mixes kana and Han; a fifth of kana is enough to tell it from Chinese.
        if (letters[(int)Script.Kana] * 5 > letters[(int)Script.Han])
        {
            letters[(int)Script.Kana] += letters[(int)Script.Han];
            letters[(int)Script.Han] = 0;
        }

        // One character of these says as much as three Latin letters; otherwise a few names in Latin would outweigh a Chinese page.
        foreach (var script in new[] { Script.Han, Script.Kana, Script.Hangul })
        {
            letters[(int)script] *= 3;
        }

        double weight = 0;
        for (var script = 1; script < letters.Length; script++)
        {
            if (letters[script] > 0)
            {
                weight += letters[script];
                JudgeScript((Script)script, letters[script], window, scores);
            }
        }

        return weight;
    }

    /// <summary>Names out of program text (<c>camelCase</c>, <c>snake_case</c>, <c>utf8</c>) are words of no language.</summary>
    private static void BlankIdentifiers(Span<char> window)
    {
        for (int start = 0, i = 0; i <= window.Length; i++)
        {
            if (i < window.Length && !char.IsWhiteSpace(window[i]))
            {
                continue;
            }

            var token = window[start..i];
            var identifier = false;
            for (var j = 1; j < token.Length && !identifier; j++)
            {
                identifier = token[j] == '_' || (char.IsLower(token[j - 1]) && (char.IsUpper(token[j]) || char.IsAsciiDigit(token[j])));
            }

            if (identifier)
            {
                token.Fill(' ');
            }

            start = i + 1;
        }
    }

    private void JudgeScript(Script script, int letters, ReadOnlySpan<char> window, Dictionary<string, double> scores)
    {
        if (profiles.Of(script) is not { } group)
        {
            Add(scores, Scripts.SoleLanguage.GetValueOrDefault(script, "und"), letters);
            return;
        }

        var posterior = Posterior(group, script, window);
        for (var i = 0; i < posterior.Length; i++)
        {
            Add(scores, group.Languages[i], letters * posterior[i]);
        }
    }

    private static double[] Posterior(LanguageProfiles.Group group, Script script, ReadOnlySpan<char> window)
    {
        var sums = new double[group.Languages.Length];
        char a = '_', b = '_';
        for (var i = 0; i <= window.Length; i++)
        {
            var raw = i < window.Length ? window[i] : ' ';
            var c = Scripts.Of(raw) == script ? char.ToLowerInvariant(raw) : '_';
            if (b != '_' && group.Weights.TryGetValue(LanguageProfiles.Key(a, b, c), out var row))
            {
                for (var language = 0; language < sums.Length; language++)
                {
                    sums[language] += row[language];
                }
            }

            (a, b) = c == '_' ? ('_', '_') : (b, c);
        }

        var max = sums.Max();
        var total = 0.0;
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = Math.Exp((sums[i] - max) * Damping);
            total += sums[i];
        }

        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] /= total;
        }

        return sums;
    }

    private static void Add(Dictionary<string, double> scores, string language, double weight) =>
        scores[language] = scores.GetValueOrDefault(language) + weight;
}
