namespace Aigc.DataSupply.Rules;

/// <summary>Takes every signal of a document in one go. Not thread-safe: one a worker, so that its tables are reused.</summary>
internal sealed class SignalReader(RuleSet rules)
{
    private static readonly ulong[] StopWords =
        [.. new[] { "the", "be", "to", "of", "and", "that", "have", "with" }.Select(word => Words.HashLower(word))];

    private readonly LineCleaner? _cleaner = rules.Cleaning is { } spec ? new(spec) : null;
    private readonly Repetition _repetition = new();

    /// <summary>Signals of the text, and the text as it is kept (after cleaning).</summary>
    public (TextSignals Signals, string Text) Read(string text, double languageConfidence)
    {
        var signals = new TextSignals { [Signal.LanguageConfidence] = languageConfidence };
        var words = Words.Of(text);
        _repetition.Measure(text, words, signals);
        ReadQuality(text, words, signals);
        var clean = _cleaner?.Clean(text) ?? text;
        ReadClean(clean, signals);
        return (signals, clean);
    }

    private static void ReadQuality(string text, List<Word> words, TextSignals signals)
    {
        var count = Math.Max(1, words.Count);
        long letters = 0;
        var withLetter = 0;
        var stopWords = 0;
        foreach (var word in words)
        {
            letters += word.Length;
            withLetter += word.HasLetter ? 1 : 0;
            if (word.Length <= 4)
            {
                var index = Array.IndexOf(StopWords, Words.HashLower(text.AsSpan(word.Start, word.Length)));
                stopWords |= index < 0 ? 0 : 1 << index;
            }
        }

        signals[Signal.Words] = words.Count;
        signals[Signal.MeanWordLength] = (double)letters / count;
        signals[Signal.WordsWithLetters] = (double)withLetter / count;
        signals[Signal.StopWords] = System.Numerics.BitOperations.PopCount((uint)stopWords);
        signals[Signal.HashesPerWord] = (double)text.AsSpan().Count('#') / count;
        signals[Signal.EllipsesPerWord] = (double)(text.AsSpan().Count("...") + text.AsSpan().Count('…')) / count;

        var lines = Lines.Of(text);
        int bullets = 0, ellipses = 0;
        foreach (var range in lines)
        {
            var line = text.AsSpan()[range];
            bullets += line[0] is '•' or '-' or '*' or '‣' or '●' or '◦' ? 1 : 0;
            ellipses += line.EndsWith("...") || line[^1] == '…' ? 1 : 0;
        }

        signals[Signal.BulletLines] = (double)bullets / Math.Max(1, lines.Count);
        signals[Signal.EllipsisLines] = (double)ellipses / Math.Max(1, lines.Count);
    }

    private void ReadClean(string text, TextSignals signals)
    {
        var lines = Lines.Of(text);
        int punctuated = 0, @short = 0;
        foreach (var range in lines)
        {
            var line = text.AsSpan()[range];
            punctuated += IsStop(line[^1]) ? 1 : 0;
            @short += line.Length <= 30 ? 1 : 0;
        }

        signals[Signal.LoremIpsum] = text.Contains("lorem ipsum", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        signals[Signal.CurlyBrackets] = text.AsSpan().Count('{');
        signals[Signal.Sentences] = Sentences.Count(text);
        signals[Signal.LinePunctuation] = (double)punctuated / Math.Max(1, lines.Count);
        signals[Signal.ShortLines] = (double)@short / Math.Max(1, lines.Count);
        signals[Signal.CleanDuplicateLineCharacters] = _repetition.Duplicates(text, paragraphs: false).Characters;
        signals[Signal.NewlinesPerWord] = (double)text.AsSpan().Count('\n') / Math.Max(1, Words.Of(text).Count);
    }

    /// <summary>Marks that end a sentence, in the scripts the extractors meet, and the quotes that may follow them.</summary>
    private static bool IsStop(char c) => c is '.' or '!' or '?' or '…' or '"' or '\'' or '”' or '’' or '»' or '。' or '！' or '？' or '」' or '।' or '؟' or '۔' or '։';
}
