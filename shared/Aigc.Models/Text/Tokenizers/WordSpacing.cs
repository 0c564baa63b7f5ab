namespace Aigc.Models.Text.Tokenizers;

/// <summary>Takes out the spaces that a vocabulary of words leaves before punctuation and English contractions.</summary>
internal static class WordSpacing
{
    static readonly (string From, string To)[] Rules =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"),
        (" 've", "'ve"), (" 're", "'re"),
    ];

    public static string CleanUp(string text) => Rules.Aggregate(text, (result, rule) => result.Replace(rule.From, rule.To, StringComparison.Ordinal));
}
