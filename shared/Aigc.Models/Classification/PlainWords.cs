using System.Globalization;
using System.Text;
using Aigc.Models.Text.Tokenizers;

namespace Aigc.Models.Classification;

/// <summary>
/// The words of a text as a classifier reads them: runs of letters, digits and marks, lower case, compatibility forms folded (NFKC) and characters nobody
/// sees left out, so that <c>ｋｉｌｌ</c>, <c>K&#x200B;ill</c> and <c>kill</c> are one word. An apostrophe within a word is dropped.
/// </summary>
public static class PlainWords
{
    /// <summary>The words in their order.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in Folded(text).EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Format or UnicodeCategory.Control when !Rune.IsWhiteSpace(rune):
                case var _ when rune.Value is '\'' or '’' && word.Length > 0:
                    break;
                case <= UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark:
                    word.Append(Rune.ToLowerInvariant(rune));
                    break;
                default:
                    End();
                    break;
            }
        }

        End();
        return words;

        void End()
        {
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
        }
    }

    // The table of forms takes well-formed text alone; half a character becomes the sign for one that cannot be read.
    static string Folded(string text)
    {
        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            whole.Append(rune);
        return UnicodeForms.Normalize(whole.ToString(), NormalizationForm.FormKC);
    }
}
