using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Aigc.Application.Files.Lines;

/// <summary>What is wrong with a line: a code, the field (null for the line itself), and a sentence.</summary>
internal sealed record LineFault(string Code, string? Field, string Message);

/// <summary>One line of JSON Lines: an object, or what is wrong instead.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Json">The object; undefined where there is a fault.</param>
/// <param name="Fault">Why it is no object.</param>
internal readonly record struct JsonLine(int Number, JsonElement Json, LineFault? Fault)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>Reads a line; null for an empty one, which means nothing.</summary>
    public static JsonLine? Read(int number, ReadOnlyMemory<byte> bytes)
    {
        if (!bytes.Span.ContainsAnyExcept(" \t\r"u8))
        {
            return null;
        }

        if (!Utf8.IsValid(bytes.Span))
        {
            return Broken(number, "the bytes are not UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonLine(number, document.RootElement.Clone(), null)
                : Broken(number, "it is not a JSON object");
        }
        catch (JsonException wrong)
        {
            // The place in the message counts from 0 and knows one line only.
            return Broken(number, wrong.Message.Split(" LineNumber:", 2)[0].TrimEnd('.'));
        }
    }

    /// <summary>The lines of a stream, empty ones left out.</summary>
    public static async IAsyncEnumerable<JsonLine> ReadAll(Stream stream, [EnumeratorCancellation] CancellationToken ct)
    {
        var cutter = new LineCutter();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, ct)) > 0;)
        {
            ReadOnlyMemory<byte> bytes = buffer.AsMemory(0, read);
            while (!bytes.IsEmpty)
            {
                if (cutter.Take(ref bytes) && Read(cutter.Number, cutter.Line) is { } line)
                {
                    yield return line;
                }
            }
        }

        if (cutter.Finish() && Read(cutter.Number, cutter.Line) is { } last)
        {
            yield return last;
        }
    }

    /// <summary>A text field that must be there.</summary>
    public string? Text(string field) => Json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonLine Broken(int number, string why) => new(number, default, new LineFault("invalid_json_line", null, $"This line is not valid JSON: {why}."));
}
