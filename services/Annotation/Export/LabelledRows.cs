using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aigc.Annotation.Tasks;

namespace Aigc.Annotation.Export;

/// <summary>Writes <c>data/train-00000-of-00001.jsonl.gz</c>: one row per decided task. No times and no names of files: the same rows give the same bytes.</summary>
internal sealed class LabelledRows : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly GZipStream _rows;

    public LabelledRows(string directory)
    {
        var data = Directory.CreateDirectory(Path.Combine(directory, "data"));
        _rows = new(File.Create(Path.Combine(data.FullName, "train-00000-of-00001.jsonl.gz")), CompressionLevel.Optimal);
    }

    public long Rows { get; private set; }

    /// <summary>UTF-8 bytes of instructions and responses.</summary>
    public long TextBytes { get; private set; }

    public SortedDictionary<string, long> ByTopic { get; } = new(StringComparer.Ordinal);

    public async Task Add(AnnotationTask task, CancellationToken ct)
    {
        var answer = task.Answer!;
        IEnumerable<string> annotators = task.Status == TaskStatuses.Resolved
            ? task.Annotations.Where(annotation => annotation.Answer?.Topic == answer.Topic).Select(annotation => annotation.Annotator)
            : task.Predictions.Select(prediction => prediction.Labeler);
        // The source document is named, so that lineage reaches the record.
        var row = new Row($"label-{task.Data.DocumentId}", answer.Instruction, answer.Response, answer.Topic, task.Data.DocumentId, [.. annotators.Order(StringComparer.Ordinal)]);
        await _rows.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(row, Json), ct);
        await _rows.WriteAsync("\n"u8.ToArray(), ct);
        Rows++;
        TextBytes += Encoding.UTF8.GetByteCount(answer.Instruction ?? "") + Encoding.UTF8.GetByteCount(answer.Response ?? "");
        ByTopic[answer.Topic] = ByTopic.GetValueOrDefault(answer.Topic) + 1;
    }

    public ValueTask DisposeAsync() => _rows.DisposeAsync();

    private sealed record Row(string Id, string? Instruction, string? Response, string Topic, string SourceDocumentId, string[] Annotators);
}
