using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Aigc.Models.Text;
using Aigc.Trainer.Runs;

namespace Aigc.Trainer.Data;

/// <summary>An instruction and the answer wanted.</summary>
internal readonly record struct InstructionPair(string Instruction, string Response);

/// <summary>A document, or a conversation where it has messages.</summary>
/// <param name="Text">The text, of a conversation what was said.</param>
/// <param name="Messages">The messages, the last the assistant's; empty for a document.</param>
internal readonly record struct TrainingText(string Text, IReadOnlyList<ChatMessage> Messages);

/// <summary>Reads the rows of a dataset version, in the order of the files.</summary>
internal static class Documents
{
    public static IEnumerable<string> Texts(IEnumerable<string> files) => Trained(files).Select(row => row.Text);

    public static IEnumerable<TrainingText> Trained(IEnumerable<string> files)
    {
        foreach (var (row, _, _) in Rows(files))
        {
            using (row)
            {
                if (Text(row.RootElement, "text") is { Length: > 0 } text)
                    yield return new TrainingText(text, Messages(row.RootElement));
            }
        }
    }

    public static IEnumerable<InstructionPair> Pairs(IEnumerable<string> files)
    {
        foreach (var (row, _, _) in Rows(files))
        {
            using (row)
            {
                if (Text(row.RootElement, "instruction") is { Length: > 0 } instruction && Text(row.RootElement, "response") is { Length: > 0 } response)
                    yield return new InstructionPair(instruction, response);
            }
        }
    }

    /// <summary>The rows, each an object, with file and line; whoever takes one disposes it.</summary>
    internal static IEnumerable<(JsonDocument Row, string File, int Line)> Rows(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            using var reader = Open(file);
            var number = 0;
            while (Line(reader, file) is { } line)
            {
                number++;
                if (line.Length > 0)
                    yield return (Parse(line, file, number), file, number);
            }
        }
    }

    static StreamReader Open(string file)
    {
        try
        {
            Stream stream = File.OpenRead(file);
            if (file.EndsWith(".gz", StringComparison.Ordinal))
                stream = new GZipStream(stream, CompressionMode.Decompress);
            return new StreamReader(stream, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, e.Message);
        }
    }

    static string? Line(StreamReader reader, string file)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Unreadable(file, e.Message);
        }
    }

    static JsonDocument Parse(string line, string file, int number)
    {
        try
        {
            var row = JsonDocument.Parse(line);
            return row.RootElement.ValueKind == JsonValueKind.Object ? row : throw new JsonException("a row is an object");
        }
        catch (JsonException e)
        {
            throw Unreadable(file, FormattableString.Invariant($"line {number}: {e.Message}"));
        }
    }

    internal static string? Text(JsonElement row, string key) =>
        row.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static ChatMessage[] Messages(JsonElement row) => row.TryGetProperty("messages", out var messages) && messages.ValueKind == JsonValueKind.Array
        ? [.. messages.EnumerateArray().Select(message => new ChatMessage(Text(message, "role") ?? "user", Text(message, "content") ?? ""))]
        : [];

    internal static TrainerException Unreadable(string file, string reason) =>
        new("dataset_unreadable", $"{Path.GetFileName(file)} cannot be read: {reason}");
}
