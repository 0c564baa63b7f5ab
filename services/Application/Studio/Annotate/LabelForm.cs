using System.Text.Json;
using System.Xml.Linq;

namespace Aigc.Application.Studio.Annotate;

/// <summary>What a labelling interface asks for, read from Label Studio's description of it: one choice, and texts.</summary>
/// <param name="Choices">What can be chosen.</param>
/// <param name="Texts">Names of the texts.</param>
/// <param name="ChoiceName">Name of the choice.</param>
public sealed record LabelForm(IReadOnlyList<string> Choices, IReadOnlyList<string> Texts, string ChoiceName)
{
    /// <summary>Reads it.</summary>
    public static LabelForm Read(string config)
    {
        var view = XElement.Parse(config);
        return new(
            [.. view.Descendants().Where(tag => tag.Name.LocalName is "Choice" or "Label").Select(choice => (string?)choice.Attribute("value") ?? "")],
            [.. view.Descendants("TextArea").Select(area => (string?)area.Attribute("name") ?? "")],
            (string?)view.Descendants().FirstOrDefault(tag => tag.Name.LocalName is "Choices" or "Labels")?.Attribute("name") ?? "");
    }

    /// <summary>What a result says of a field of the form; null for nothing.</summary>
    public static string? Of(JsonElement result, string field)
    {
        foreach (var value in Values(result, field))
        {
            if (value.EnumerateObject().FirstOrDefault().Value is { ValueKind: JsonValueKind.Array } values && values.GetArrayLength() > 0)
                return values[0].GetString();
        }

        return null;
    }

    /// <summary>The values of a field, in their order.</summary>
    public static IEnumerable<JsonElement> Values(JsonElement result, string field) => result.ValueKind != JsonValueKind.Array
        ? []
        : result.EnumerateArray().Where(item => item.GetProperty("from_name").GetString() == field).Select(item => item.GetProperty("value"));
}
