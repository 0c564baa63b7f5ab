using System.Text;

namespace Aigc.DataSupply.Recipes;

/// <summary>How one thing is written by different people: with a greeting, among other sentences, without capitals or stops, with a slip. Slots of the recipe say with which words.</summary>
internal static class Manners
{
    private const int Lower = 20, Upper = 2, NoStop = 15, Opener = 12, Closer = 8, Before = 12, After = 8, Slip = 5;

    public static string Write(string plain, IReadOnlyDictionary<string, IReadOnlyList<string>> slots, SeededDraws draws)
    {
        var text = new StringBuilder();
        Add("opener", Opener);
        Add("before", Before);
        text.Append(plain);
        if (plain[^1] is '.' && draws.Percent(NoStop))
        {
            text.Length--;
            return Dressed(text, draws);
        }

        text.Append(' ');
        Add("after", After);
        Add("closer", Closer);
        text.Length--;
        return Dressed(text, draws);

        void Add(string slot, int percent)
        {
            // Drawn whether used or not, so that a word more in one slot changes no other draw.
            var (wanted, number) = (draws.Percent(percent), draws.Next(1 << 30));
            if (wanted && slots.TryGetValue(slot, out var fillers))
            {
                text.Append(fillers[number % fillers.Count]).Append(' ');
            }
        }
    }

    private static string Dressed(StringBuilder text, SeededDraws draws)
    {
        if (draws.Percent(Slip))
        {
            Swap(text, draws.Next(text.Length));
        }

        var dress = draws.Next(100);
        return dress < Lower ? text.ToString().ToLowerInvariant() : dress < Lower + Upper ? text.ToString().ToUpperInvariant() : text.ToString();
    }

    // Two neighbours inside a word change places.
    private static void Swap(StringBuilder text, int from)
    {
        for (var i = from; i + 2 < text.Length; i++)
        {
            if (i > 0 && char.IsLetter(text[i - 1]) && char.IsLetter(text[i]) && char.IsLetter(text[i + 1]) && text[i] != text[i + 1])
            {
                (text[i], text[i + 1]) = (text[i + 1], text[i]);
                return;
            }
        }
    }
}
