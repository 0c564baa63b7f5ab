using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Aigc.Provenance.Labels;

/// <summary>Strict: writes only labels that another reader of the standard accepts.</summary>
public static class LabelWriter
{
    // Angle brackets and ampersands stay escaped, so the JSON may stand inside HTML as it is.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>The inner object (<c>{"Label":"1",…}</c>), as XML formats and HTML carry it.</summary>
    /// <exception cref="ArgumentException">A field is missing or malformed.</exception>
    public static string ToJson(AigcLabel label)
    {
        Check(label);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            foreach (var (name, value) in label.Fields)
                json.WriteString(name, value);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The whole object of the standard: <c>{"AIGC":{…}}</c>.</summary>
    /// <exception cref="ArgumentException">A field is missing or malformed.</exception>
    public static string ToDocument(AigcLabel label) => $$"""{"{{AigcLabel.Key}}":{{ToJson(label)}}}""";

    /// <summary>Refuses a label that says less than the standard asks for.</summary>
    /// <exception cref="ArgumentException">A field is missing or malformed.</exception>
    public static void Check(AigcLabel label)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (label.Label is not ("1" or "2" or "3"))
            throw new ArgumentException($"Label must be \"1\", \"2\" or \"3\", not \"{label.Label}\".", nameof(label));
        if (string.IsNullOrWhiteSpace(label.ContentProducer))
            throw new ArgumentException("ContentProducer is missing: set the name or code of the producer.", nameof(label));
        if (string.IsNullOrWhiteSpace(label.ProduceID))
            throw new ArgumentException("ProduceID is missing.", nameof(label));
        foreach (var (name, value) in label.Fields)
        {
            if (value is null || value.Any(char.IsControl) || !IsWellFormed(value))
                throw new ArgumentException($"{name} holds a control character or broken UTF-16.", nameof(label));
        }
    }

    private static bool IsWellFormed(string value)
    {
        var rest = value.AsSpan();
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var used) != System.Buffers.OperationStatus.Done)
                return false;
            rest = rest[used..];
        }

        return true;
    }
}
