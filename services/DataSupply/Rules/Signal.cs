using System.Text.Json.Serialization;

namespace Aigc.DataSupply.Rules;

/// <summary>
/// What is measured of a text. Fractions are 0–1; characters are UTF-16 units. The first block is taken from the extracted text, the second
/// (from <see cref="LoremIpsum"/>) from the text after C4's cleaning of lines.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Signal>))]
internal enum Signal
{
    [JsonStringEnumMemberName("language-confidence")] LanguageConfidence,
    [JsonStringEnumMemberName("duplicate-lines")] DuplicateLines,
    [JsonStringEnumMemberName("duplicate-paragraphs")] DuplicateParagraphs,
    [JsonStringEnumMemberName("duplicate-line-characters")] DuplicateLineCharacters,
    [JsonStringEnumMemberName("duplicate-paragraph-characters")] DuplicateParagraphCharacters,
    [JsonStringEnumMemberName("top-2-gram")] Top2Gram,
    [JsonStringEnumMemberName("top-3-gram")] Top3Gram,
    [JsonStringEnumMemberName("top-4-gram")] Top4Gram,
    [JsonStringEnumMemberName("duplicate-5-grams")] Duplicate5Grams,
    [JsonStringEnumMemberName("duplicate-6-grams")] Duplicate6Grams,
    [JsonStringEnumMemberName("duplicate-7-grams")] Duplicate7Grams,
    [JsonStringEnumMemberName("duplicate-8-grams")] Duplicate8Grams,
    [JsonStringEnumMemberName("duplicate-9-grams")] Duplicate9Grams,
    [JsonStringEnumMemberName("duplicate-10-grams")] Duplicate10Grams,
    [JsonStringEnumMemberName("words")] Words,
    [JsonStringEnumMemberName("mean-word-length")] MeanWordLength,
    [JsonStringEnumMemberName("hashes-per-word")] HashesPerWord,
    [JsonStringEnumMemberName("ellipses-per-word")] EllipsesPerWord,
    [JsonStringEnumMemberName("bullet-lines")] BulletLines,
    [JsonStringEnumMemberName("ellipsis-lines")] EllipsisLines,
    [JsonStringEnumMemberName("words-with-letters")] WordsWithLetters,
    [JsonStringEnumMemberName("stop-words")] StopWords,
    [JsonStringEnumMemberName("lorem-ipsum")] LoremIpsum,
    [JsonStringEnumMemberName("curly-brackets")] CurlyBrackets,
    [JsonStringEnumMemberName("sentences")] Sentences,
    [JsonStringEnumMemberName("line-punctuation")] LinePunctuation,
    [JsonStringEnumMemberName("short-lines")] ShortLines,
    [JsonStringEnumMemberName("clean-duplicate-line-characters")] CleanDuplicateLineCharacters,
    [JsonStringEnumMemberName("newlines-per-word")] NewlinesPerWord,
}

/// <summary>The signals of one document: taken once, kept beside it, so that a threshold can change without reading the text again.</summary>
internal sealed class TextSignals
{
    private static readonly string[] WireNames =
        [.. Enum.GetValues<Signal>().Select(signal => System.Text.Json.JsonSerializer.SerializeToElement(signal).GetString()!)];

    private readonly double[] _values = new double[WireNames.Length];

    public double this[Signal signal]
    {
        get => _values[(int)signal];
        set => _values[(int)signal] = value;
    }

    /// <summary>Name and value of every signal, in the fixed order of <see cref="Signal"/>, rounded to six decimals.</summary>
    public IEnumerable<KeyValuePair<string, double>> All() =>
        _values.Select((value, index) => KeyValuePair.Create(WireNames[index], Math.Round(value, 6)));
}
