using System.Text.Json;
using Aigc.Provenance.Labels;
using Aigc.Provenance.Placing;

namespace Aigc.Provenance.Reading;

internal static class JsonReader
{
    private const int MaxDepth = 16;

    public static MarkReport Read(string json, ReadKey? key)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = MaxDepth });
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("data", out var data))
                root = data;
            if (root.ValueKind != JsonValueKind.Object)
                return MarkReader.Report("json", null, null, "", null, key);
            var label = root.TryGetProperty(AigcLabel.Key, out var element) ? LabelReader.ReadElement(element) : null;
            var visible = Text(root, JsonMarks.VisibleKey);
            return MarkReader.Report("json", label, visible is not null && VisibleLine.IsVisibleLine(visible) ? visible : null, Text(root, JsonMarks.TextKey) ?? "", Text(root, "contentId"), key);
        }
        catch (JsonException)
        {
            return MarkReader.Report("json", null, null, "", null, key);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
