using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aigc.Annotation.Datasets;

/// <summary>One row of a dataset's train split. A and B are two answers to choose between; predictions are pre-labels in Label Studio's form.</summary>
internal sealed record DatasetRow(string Id, string? Text, string? Title, string? Language, string? A = null, string? B = null, JsonElement? Predictions = null);

/// <summary>
/// A sample by hash of the document id: it depends neither on the order of rows nor on the number of files, a larger sample holds the smaller one,
/// and documents that a new version adds do not reshuffle it.
/// </summary>
internal static class DatasetSample
{
    /// <summary>Longest text a task carries, in UTF-16 units: what a person can read and a labeler needs.</summary>
    public const int LongestText = 12_000;

    /// <summary>The sample in the order of its hashes.</summary>
    /// <param name="directory">The checked-out dataset folder.</param>
    /// <param name="size">Most documents.</param>
    /// <param name="ct">Stops reading.</param>
    /// <exception cref="FileNotFoundException">There is no <c>data/train-*.jsonl.gz</c>.</exception>
    /// <exception cref="InvalidDataException">A row is not JSON or has no id.</exception>
    public static async Task<IReadOnlyList<DatasetRow>> Draw(string directory, int size, CancellationToken ct)
    {
        // The largest hash lies on top, so that memory holds no more than the sample.
        var kept = new PriorityQueue<DatasetRow, string>(Comparer<string>.Create((a, b) => string.CompareOrdinal(b, a)));
        await foreach (var row in Rows(directory, ct))
        {
            if (string.IsNullOrWhiteSpace(row.Text))
                continue;
            var clipped = row.Text.Length <= LongestText ? row : row with { Text = Clip(row.Text) };
            if (kept.Count < size)
                kept.Enqueue(clipped, OrderOf(row.Id));
            else if (size > 0)
                kept.EnqueueDequeue(clipped, OrderOf(row.Id));
        }

        return [.. kept.UnorderedItems.OrderBy(item => item.Priority, StringComparer.Ordinal).Select(item => item.Element)];
    }

    private static string OrderOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static string Clip(string text) => text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];

    private static async IAsyncEnumerable<DatasetRow> Rows(string directory, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var folder = Path.Combine(directory, "data");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "train-*.jsonl.gz") : [];
        if (files.Length == 0)
            throw new FileNotFoundException("The dataset has no data/train-*.jsonl.gz.");
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            await using var content = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            using var reader = new StreamReader(content, Encoding.UTF8);
            while (await reader.ReadLineAsync(ct) is { } line)
            {
                if (line.Length > 0)
                    yield return Parse(line, Path.GetFileName(file));
            }
        }
    }

    private static DatasetRow Parse(string line, string file)
    {
        try
        {
            return JsonSerializer.Deserialize<DatasetRow>(line, JsonSerializerOptions.Web) is { Id.Length: > 0 } row
                ? row
                : throw new InvalidDataException($"A row of {file} has no id.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"A row of {file} is not a dataset row: {e.Message}", e);
        }
    }
}
