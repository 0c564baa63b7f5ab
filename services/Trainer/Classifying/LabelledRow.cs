using System.Text.Json;
using Aigc.Models.Classification;
using Aigc.Trainer.Data;
using Aigc.Trainer.Runs;

namespace Aigc.Trainer.Classifying;

/// <summary>A text and what it is.</summary>
/// <param name="Words">Its words, see <see cref="PlainWords"/>.</param>
/// <param name="Text">Its first <see cref="LabelledRows.Longest"/> characters: more than that is read in windows when the model serves.</param>
/// <param name="Labels">Its labels; none for a harmless text.</param>
/// <param name="Group">Its family; of a row without one, its own words.</param>
/// <param name="Generated">Whether a recipe made it.</param>
internal sealed record LabelledRow(string Words, string Text, IReadOnlyList<string> Labels, string Group, bool Generated);

/// <summary>The rows of a split that have labels.</summary>
/// <param name="Rows">In the order of the files.</param>
/// <param name="Unlabelled">Rows without <c>labels</c>, which are left out.</param>
internal sealed record LabelledRows(IReadOnlyList<LabelledRow> Rows, int Unlabelled)
{
    /// <summary>Characters of a text that are read.</summary>
    public const int Longest = 2000;

    /// <summary>How <c>source</c> begins in rows of a recipe.</summary>
    const string Recipe = "recipe/";

    /// <summary>Characters of all texts together; they are held in memory.</summary>
    const long MostCharacters = 200_000_000;

    /// <summary>Reads the files of a split.</summary>
    /// <exception cref="TrainerException"><c>dataset_unreadable</c>, <c>dataset_too_large</c>.</exception>
    public static LabelledRows Read(IReadOnlyList<string> files, Action<int> progress)
    {
        var (rows, unlabelled, characters) = (new List<LabelledRow>(), 0, 0L);
        foreach (var (document, file, line) in Documents.Rows(files))
        {
            using (document)
            {
                if (Documents.Text(document.RootElement, "text") is not { Length: > 0 } text)
                    continue;
                if (Labels(document.RootElement, file, line) is { } labels)
                    rows.Add(Row(document.RootElement, text.Length > Longest ? text[..Longest] : text, labels));
                else
                    unlabelled++;
                characters += Math.Min(text.Length, Longest);
            }

            if (characters > MostCharacters)
                throw new TrainerException("dataset_too_large", FormattableString.Invariant($"The labelled texts have more than {MostCharacters:N0} characters; take fewer documents (data.prepare.maxDocuments)."));
            progress(rows.Count + unlabelled);
        }

        return new(rows, unlabelled);
    }

    static LabelledRow Row(JsonElement row, string text, string[] labels)
    {
        var words = string.Join(' ', PlainWords.Of(text));
        var generated = Documents.Text(row, "source")?.StartsWith(Recipe, StringComparison.Ordinal) is true;
        // A family's name and a text never meet: words hold no line break.
        return new(words, text, labels, Documents.Text(row, "group") is { Length: > 0 } group ? "\n" + group : words, generated);
    }

    static string[]? Labels(JsonElement row, string file, int line)
    {
        if (!row.TryGetProperty("labels", out var labels) || labels.ValueKind == JsonValueKind.Null)
            return null;
        if (labels.ValueKind != JsonValueKind.Array || labels.EnumerateArray().Any(label => label.ValueKind != JsonValueKind.String || label.GetString() is ""))
            throw Documents.Unreadable(file, FormattableString.Invariant($"line {line}: labels must be a list of names, empty where none holds"));
        return [.. labels.EnumerateArray().Select(label => label.GetString()!).Distinct(StringComparer.Ordinal)];
    }
}
