namespace Aigc.DataSupply.Rules;

/// <summary>
/// Gopher's repetition signals (Rae et al. 2021, table A1), computed as datatrove computes them for FineWeb: characters of the repeated
/// n-grams over characters of the text, overlapping repeats counted once.
/// </summary>
internal sealed class Repetition
{
    private readonly HashTally _tally = new();
    private ulong[] _grams = [];
    private int[] _lengths = [];

    public void Measure(ReadOnlySpan<char> text, List<Word> words, TextSignals signals)
    {
        (signals[Signal.DuplicateLines], signals[Signal.DuplicateLineCharacters]) = Duplicates(text, paragraphs: false);
        (signals[Signal.DuplicateParagraphs], signals[Signal.DuplicateParagraphCharacters]) = Duplicates(text, paragraphs: true);
        MeasureGrams(text.Length, words, signals);
    }

    /// <summary>Share of lines (or paragraphs) that were there before, by number and by characters of the text.</summary>
    public (double Fraction, double Characters) Duplicates(ReadOnlySpan<char> text, bool paragraphs)
    {
        _tally.Reset(text.Count('\n') + 1);
        int parts = 0, duplicates = 0, characters = 0;
        foreach (var part in paragraphs ? Lines.Paragraphs(text) : Lines.Of(text))
        {
            parts++;
            if (_tally.Add(Words.Hash(text[part])) > 1)
            {
                duplicates++;
                characters += part.End.Value - part.Start.Value;
            }
        }

        return parts == 0 ? (0, 0) : ((double)duplicates / parts, (double)characters / text.Length);
    }

    private void MeasureGrams(int textLength, List<Word> words, TextSignals signals)
    {
        if (_grams.Length < words.Count)
        {
            _grams = new ulong[words.Count];
            _lengths = new int[words.Count];
        }

        for (var i = 0; i < words.Count; i++)
        {
            (_grams[i], _lengths[i]) = (words[i].Hash, words[i].Length);
        }

        for (var n = 2; n <= 10; n++)
        {
            var count = words.Count - n + 1;
            for (var i = 0; i < count; i++)
            {
                _grams[i] = Words.Combine(_grams[i], words[i + n - 1].Hash);
                _lengths[i] += words[i + n - 1].Length;
            }

            if (n <= 4)
            {
                // The n-gram as written: its words joined by blanks.
                signals[Signal.Top2Gram + (n - 2)] = Share(TopGram(count, n - 1), textLength);
            }
            else
            {
                signals[Signal.Duplicate5Grams + (n - 5)] = Share(RepeatedCharacters(count, n), textLength);
            }
        }
    }

    private static double Share(long characters, int textLength) => textLength == 0 ? 0 : (double)characters / textLength;

    /// <summary>Characters the most frequent n-gram covers; 0 when none comes twice.</summary>
    private long TopGram(int count, int blanks)
    {
        _tally.Reset(Math.Max(count, 0));
        int most = 1, length = 0;
        for (var i = 0; i < count; i++)
        {
            var times = _tally.Add(_grams[i]);
            if (times > most || (times == most && most > 1 && _lengths[i] + blanks > length))
            {
                (most, length) = (times, _lengths[i] + blanks);
            }
        }

        return most > 1 ? (long)most * length : 0;
    }

    private long RepeatedCharacters(int count, int n)
    {
        _tally.Reset(Math.Max(count, 0));
        long repeated = 0;
        for (var i = 0; i < count;)
        {
            if (_tally.Add(_grams[i]) > 1)
            {
                repeated += _lengths[i];
                i += n;
            }
            else
            {
                i++;
            }
        }

        return repeated;
    }
}
