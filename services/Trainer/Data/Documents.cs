using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Aigc.Trainer.Runs;

namespace Aigc.Trainer.Data;

/// <summary>An instruction and the answer wanted.</summary>
internal readonly record struct InstructionPair(string Instruction, string Response);

/// <summary>Reads the rows of a dataset version, in the order of the files.</summary>
internal static class Documents
{
    public static IEnumerable<string> Texts(IEnumerable<string> files)
    {
        foreach (var row in Rows(files))
        {
            using (row)
            {
                if (Text(row.RootElement, "text") is { Length: > 0 } text)
                    yield return text;
            }
        }
    }

    public static IEnumerable<InstructionPair> Pairs(IEnumerable<string> files)
    {
        foreach (var row in Rows(files))
        {
            using (row)
            {
                if (Text(row.RootElement, "instruction") is { Length: > 0 } instruction && Text(row.RootElement, "response") is { Length: > 0 } response)
                    yield return new InstructionPair(instruction, response);
            }
        }
    }

    static IEnumerable<JsonDocument> Rows(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            using var reader = Open(file);
            var number = 0;
            while (Line(reader, file) is { } line)
            {
                number++;
                if (line.Length > 0)
                    yield return Parse(line, file, number);
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

    static string? Text(JsonElement row, string key) =>
        row.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static TrainerException Unreadable(string file, string reason) =>
        new("dataset_unreadable", $"{Path.GetFileName(file)} cannot be read: {reason}");
}
