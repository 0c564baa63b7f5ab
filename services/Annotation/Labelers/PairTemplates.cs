using System.Collections.Frozen;

namespace Aigc.Annotation.Labelers;

/// <summary>Instruction and response from the form of a document's own sentences: definitions, descriptions of behaviour, how-to titles.</summary>
internal static class PairTemplates
{
    private const int MostSentences = 3;
    private const int EnoughWords = 60;
    private const int LongestSubject = 60;

    // Third-person openings of reference texts: what a thing is, against what it does.
    private static readonly FrozenSet<string> Being = new[] { "Represents", "Defines", "Describes", "Specifies", "Denotes", "Contains", "Encapsulates" }.ToFrozenSet();

    private static readonly FrozenSet<string> Copulas = new[] { "is", "are", "was", "were", "means", "refers" }.ToFrozenSet();

    public static DraftPair? Fill(SourceDocument document, IReadOnlyList<string> sentences)
    {
        if (sentences.Count == 0)
            return null;
        var instruction = Instruction(document.Title.Trim(), sentences[0]);
        if (instruction is null)
            return null;
        var response = Response(sentences);
        return new(instruction, response, PairQuality.Of(document, instruction, response));
    }

    private static string? Instruction(string title, string first)
    {
        if (title.EndsWith('?'))
            return title;
        if (title.StartsWith("How to ", StringComparison.OrdinalIgnoreCase))
            return $"How do you {title[7..].TrimEnd('.', ':')}?";
        var words = first.Split(' ');
        var subject = title.Length is > 0 and <= 120 ? title : null;
        if (subject is not null && Being.Contains(words[0]))
            return $"What is {subject}?";
        if (subject is not null && IsThirdPerson(words[0]))
            return $"What does {subject} do?";
        if (Defined(words) is { } defined)
            return $"What {(defined.Plural ? "are" : "is")} {defined.Subject}?";
        return subject is null ? null : $"What should one know about {subject}?";
    }

    private static bool IsThirdPerson(string word) =>
        word.Length > 3 && char.IsUpper(word[0]) && word[^1] == 's' && word[^2] != 's' && word.All(char.IsLetter)
        && word is not ("This" or "Unless" or "Always" or "Perhaps" or "Besides" or "Sometimes" or "Various" or "Previous");

    /// <summary>The subject of "X is …" near the start of a sentence.</summary>
    private static (string Subject, bool Plural)? Defined(string[] words)
    {
        var at = Array.FindIndex(words, 0, Math.Min(words.Length, 8), Copulas.Contains);
        if (at < 1)
            return null;
        var subject = string.Join(' ', words[..at]).Trim(',', ';', ':', '"');
        if (subject.Length > LongestSubject || words[0] is "It" or "This" or "That" or "There" or "These" or "Those" or "They" or "He" or "She" or "We" or "You" or "If" or "When" or "I")
            return null;
        if (words[0] is "A" or "An" or "The")
            subject = char.ToLowerInvariant(subject[0]) + subject[1..];
        return (subject, words[at] is "are" or "were");
    }

    private static string Response(IReadOnlyList<string> sentences)
    {
        var words = 0;
        var taken = sentences.Take(MostSentences).TakeWhile(sentence =>
        {
            var enough = words >= EnoughWords;
            words += sentence.Count(c => c == ' ') + 1;
            return !enough;
        });
        return string.Join(' ', taken);
    }
}
