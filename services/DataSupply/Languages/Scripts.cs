namespace Aigc.DataSupply.Languages;

/// <summary>Writing systems told apart by code point. Ranges are Unicode blocks; letters outside them count as <see cref="Script.Other"/>.</summary>
internal enum Script
{
    None,
    Latin,
    Cyrillic,
    Greek,
    Hebrew,
    Arabic,
    Devanagari,
    Bengali,
    Tamil,
    Telugu,
    Thai,
    Georgian,
    Armenian,
    Hangul,
    Kana,
    Han,
    Other,
}

internal static class Scripts
{
    /// <summary>Languages whose script alone names them, among those this room knows.</summary>
    public static readonly IReadOnlyDictionary<Script, string> SoleLanguage = new Dictionary<Script, string>
    {
        [Script.Greek] = "el",
        [Script.Hebrew] = "he",
        [Script.Devanagari] = "hi",
        [Script.Bengali] = "bn",
        [Script.Tamil] = "ta",
        [Script.Telugu] = "te",
        [Script.Thai] = "th",
        [Script.Georgian] = "ka",
        [Script.Armenian] = "hy",
        [Script.Hangul] = "ko",
        [Script.Kana] = "ja",
        [Script.Han] = "zh",
    };

    /// <summary>Script of a letter; <see cref="Script.None"/> for anything that is not a letter.</summary>
    public static Script Of(char c) => c switch
    {
        < 'A' => Script.None,
        <= 'z' => char.IsAsciiLetter(c) ? Script.Latin : Script.None,
        < '\u0250' => char.IsLetter(c) ? Script.Latin : Script.None,
        >= '\u1E00' and <= '\u1EFF' => Script.Latin,
        >= '\u0370' and <= '\u03FF' or >= '\u1F00' and <= '\u1FFF' => Letter(c, Script.Greek),
        >= '\u0400' and <= '\u052F' => Script.Cyrillic,
        >= '\u0530' and <= '\u058F' => Letter(c, Script.Armenian),
        >= '\u0590' and <= '\u05FF' => Letter(c, Script.Hebrew),
        >= '\u0600' and <= '\u077F' or >= '\uFB50' and <= '\uFDFF' or >= '\uFE70' and <= '\uFEFF' => Letter(c, Script.Arabic),
        >= '\u0900' and <= '\u097F' => Letter(c, Script.Devanagari),
        >= '\u0980' and <= '\u09FF' => Letter(c, Script.Bengali),
        >= '\u0B80' and <= '\u0BFF' => Letter(c, Script.Tamil),
        >= '\u0C00' and <= '\u0C7F' => Letter(c, Script.Telugu),
        >= '\u0E00' and <= '\u0E7F' => Letter(c, Script.Thai),
        >= '\u10A0' and <= '\u10FF' => Letter(c, Script.Georgian),
        >= '\uAC00' and <= '\uD7A3' or >= '\u1100' and <= '\u11FF' => Script.Hangul,
        >= '\u3040' and <= '\u30FF' => Letter(c, Script.Kana),
        >= '\u3400' and <= '\u4DBF' or >= '\u4E00' and <= '\u9FFF' => Script.Han,
        _ => Letter(c, Script.Other),
    };

    private static Script Letter(char c, Script script) => char.IsLetter(c) ? script : Script.None;
}
