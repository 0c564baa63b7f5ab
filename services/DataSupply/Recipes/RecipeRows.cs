using System.Text.RegularExpressions;

namespace Aigc.DataSupply.Recipes;

/// <summary>One row a recipe makes.</summary>
internal sealed record RecipeRow(string Text, IReadOnlyList<string> Labels, string Group);

/// <summary>
/// Draws rows of families. The same seed gives the same rows. Every family is written in the same range of manners (greetings, sentences around it, small letters, slips of the finger), so
/// that no manner tells of a label.
/// </summary>
internal static partial class RecipeRows
{
    // A family whose templates have few words to choose from ends before it is full.
    private const int AttemptsARow = 8;

    public static IEnumerable<RecipeRow> Draw(Recipe recipe, string file, int seed, int perFamily)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var family in recipe.Files[file])
        {
            var draws = new SeededDraws(seed, $"{recipe.Name}\n{family.Group}");
            for (int made = 0, attempt = 0; made < perFamily && attempt < perFamily * AttemptsARow; attempt++)
            {
                var plain = Articles().Replace(family.Templates[attempt % family.Templates.Count].Draw(draws), "$1n$2");
                plain = char.ToUpperInvariant(plain[0]) + plain[1..];
                if (seen.Add(plain))
                {
                    made++;
                    yield return new(Manners.Write(plain, recipe.Slots, draws), family.Labels, family.Group);
                }
            }
        }
    }

    [GeneratedRegex(@"\b([Aa])( [aeiou])", RegexOptions.CultureInvariant)]
    private static partial Regex Articles();
}
