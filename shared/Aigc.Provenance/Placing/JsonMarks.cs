using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Aigc.Provenance.Labels;

namespace Aigc.Provenance.Placing;

/// <summary>JSON: the label as the standard's own object, the visible line and the text as members beside it.</summary>
public static class JsonMarks
{
    internal const string VisibleKey = "visibleLabel";
    internal const string TextKey = "text";

    /// <summary>Encoder for payloads that hold it: readable, and safe inside HTML.</summary>
    public static JavaScriptEncoder Encoder { get; } = JavaScriptEncoder.Create(UnicodeRanges.All);

    /// <summary>The object.</summary>
    public static JsonObject Write(MarkedText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new()
        {
            ["contentId"] = text.ContentId,
            ["title"] = BodyText.OneLine(text.Title),
            ["date"] = text.Date.ToUniversalTime(),
            ["model"] = BodyText.OneLine(text.Model),
            ["modelDigest"] = text.ModelDigest,
            [VisibleKey] = text.Visible,
            [TextKey] = BodyText.Canonical(text.Body),
            [AigcLabel.Key] = JsonNode.Parse(LabelWriter.ToJson(text.Label)),
        };
    }
}
