using System.Text;

namespace Aigc.Models.Templates;

/// <summary>Joins texts and keeps where each character came from.</summary>
internal sealed class TextBuilder(Budget budget)
{
    readonly StringBuilder characters = new();
    readonly List<int> cuts = [];

    /// <summary>Characters so far.</summary>
    public int Length => characters.Length;

    public TextBuilder Append(JinjaText text) => Append(text.Value, text.Cuts);

    /// <summary>Text of the template.</summary>
    public TextBuilder Append(string value) => Append(value, []);

    public JinjaText Build() => JinjaText.WithCuts(characters.ToString(), [.. cuts]);

    TextBuilder Append(string value, int[] origin)
    {
        if (value.Length == 0)
            return this;
        budget.Characters(value.Length);
        budget.Length(characters.Length + (long)value.Length);
        var start = characters.Length;
        // Where the last piece was data and this one is the template's, the origin changes at the seam.
        if (cuts.Count % 2 == 1 && (origin.Length == 0 || origin[0] > 0))
            cuts.Add(start);
        var skip = cuts.Count % 2 == 1 ? 1 : 0;
        for (var i = skip; i < origin.Length; i++)
            cuts.Add(start + origin[i]);
        characters.Append(value);
        return this;
    }
}
