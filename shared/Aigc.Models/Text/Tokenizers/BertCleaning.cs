using System.Globalization;
using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>What BERT does to text: control characters out, white space to spaces, spaces around Chinese characters, accents off, lower case.</summary>
internal sealed class BertCleaning
{
    readonly bool clean;
    readonly bool chinese;
    readonly bool lower;
    readonly bool strip;

    public BertCleaning(TokenizerPart part)
    {
        clean = part.Flag("clean_text", true);
        chinese = part.Flag("handle_chinese_chars", true);
        lower = part.Flag("lowercase", true);
        strip = part.Flag("strip_accents", lower);
    }

    public string Normalize(string text)
    {
        if (clean)
            text = Clean(text);
        if (chinese)
            text = SpaceChinese(text);
        if (strip)
            text = Normalizers.Only(UnicodeForms.Normalize(text, NormalizationForm.FormD), rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark);
        return lower ? Normalizers.Lower(text) : text;
    }

    static string Clean(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is 0 or 0xFFFD || CharacterKinds.IsControl(rune))
                continue;
            if (Rune.IsWhiteSpace(rune))
                result.Append(' ');
            else
                result.Append(rune);
        }

        return result.ToString();
    }

    static string SpaceChinese(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (CharacterKinds.IsChinese(rune.Value))
                result.Append(' ').Append(rune).Append(' ');
            else
                result.Append(rune);
        }

        return result.ToString();
    }
}

/// <summary>The cleaning of SentencePiece's <c>nmt</c> rules: some control characters out, every kind of space to a space.</summary>
internal static class NmtCleaning
{
    public static string Clean(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            switch (character)
            {
                case (>= '\u0001' and <= '\u0008') or '\u000B' or (>= '\u000E' and <= '\u001F') or '\u007F' or '\u008F' or '\u009F':
                    break;
                case '\t' or '\n' or '\f' or '\r' or '\u1680' or (>= '\u200B' and <= '\u200F') or '\u2028' or '\u2029' or '\u2581' or '\uFEFF' or '\uFFFD':
                    result.Append(' ');
                    break;
                default:
                    result.Append(character);
                    break;
            }
        }

        return result.ToString();
    }
}
