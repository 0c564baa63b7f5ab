using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>Reads a <c>normalizer</c>: what happens to text before it is cut.</summary>
internal static class Normalizers
{
    const int DeepestSequence = 8;

    /// <summary>The normalizer; null for none.</summary>
    public static Func<string, string>? Read(TokenizerPart part, int depth = 0)
    {
        if (part.IsNothing)
            return null;
        switch (part.Type)
        {
            case "NFC":
                return text => UnicodeForms.Normalize(text, NormalizationForm.FormC);
            case "NFD":
                return text => UnicodeForms.Normalize(text, NormalizationForm.FormD);
            case "NFKC":
                return text => UnicodeForms.Normalize(text, NormalizationForm.FormKC);
            case "NFKD":
                return text => UnicodeForms.Normalize(text, NormalizationForm.FormKD);
            case "Lowercase":
                return Lower;
            case "StripAccents":
                return text => Only(text, rune => !CharacterKinds.IsMark(rune));
            case "Nmt":
                return NmtCleaning.Clean;
            case "Precompiled":
                return PrecompiledMap.Read(part["precompiled_charsmap"]).Normalize;
            case "BertNormalizer":
                return new BertCleaning(part).Normalize;
            case "Prepend":
                var prepend = part["prepend"].Text();
                return text => text.Length == 0 ? text : prepend + text;
            case "Strip":
                var (left, right) = (part.Flag("strip_left", true), part.Flag("strip_right", true));
                return text => left && right ? text.Trim() : left ? text.TrimStart() : right ? text.TrimEnd() : text;
            case "Replace":
                var (pattern, content) = (SplitPattern.Read(part["pattern"]), part["content"].Text());
                return text => pattern.Replace(text, content);
            case "ByteLevel":
                return text => ByteAlphabet.Of(Encoding.UTF8.GetBytes(text));
            case "Sequence":
                if (depth == DeepestSequence)
                    throw new FormatException($"{part.Path} is nested too deeply");
                Func<string, string>[] steps = [.. part["normalizers"].Items().Select(step => Read(step, depth + 1)).OfType<Func<string, string>>()];
                return text => steps.Aggregate(text, (result, step) => step(result));
            default:
                throw part.Unsupported();
        }
    }

    /// <summary>Lower case by character, whatever stands beside it: no final sigma, and no language.</summary>
    internal static string Lower(string text)
    {
        var lower = text.ToLowerInvariant();
        return lower.Contains('İ') ? lower.Replace("İ", "i\u0307", StringComparison.Ordinal) : lower;
    }

    internal static string Only(string text, Func<Rune, bool> keep)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (keep(rune))
                result.Append(rune);
        }

        return result.ToString();
    }
}
