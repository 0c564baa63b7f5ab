using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Annotation.Kinds;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;

namespace Aigc.Annotation.Export;

/// <summary>Writes <c>data/train-00000-of-00001.jsonl.gz</c>: one row per decided task. No times and no names of files: the same rows give the same bytes.</summary>
internal sealed class LabelledRows : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly GZipStream _rows;
    private readonly AnnotationSpec _spec;
    private readonly TaskKind _kind;

    public LabelledRows(string directory, AnnotationSpec spec)
    {
        (_spec, _kind) = (spec, TaskKinds.Of(spec.Task));
        var data = Directory.CreateDirectory(Path.Combine(directory, "data"));
        _rows = new(File.Create(Path.Combine(data.FullName, "train-00000-of-00001.jsonl.gz")), CompressionLevel.Optimal);
    }

    public long Rows { get; private set; }

    /// <summary>UTF-8 bytes of the texts a row holds; ids, labels and offsets aside.</summary>
    public long TextBytes { get; private set; }

    /// <summary>Rows by what the kind counts them under.</summary>
    public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    public async Task Add(AnnotationTask task, CancellationToken ct)
    {
        var answer = task.Answer!;
        var fields = _kind.Row(answer, task.Data, _spec).ToList();
        // The source document is named, so that lineage reaches the record.
        var row = new JsonObject([
            new("id", $"label-{task.Data.DocumentId}"),
            .. fields,
            new("sourceDocumentId", task.Data.DocumentId),
            new("annotators", new JsonArray([.. Annotators(task, answer).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => JsonValue.Create(name))])),
        ]);
        await _rows.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(row, Json), ct);
        await _rows.WriteAsync("\n"u8.ToArray(), ct);
        Rows++;
        TextBytes += fields.Where(field => field.Key is "instruction" or "response" or "text" or "prompt" or "a" or "b").Sum(field => Encoding.UTF8.GetByteCount((string?)field.Value ?? ""));
        foreach (var name in _kind.CountedAs(answer))
            Counts[name] = Counts.GetValueOrDefault(name) + 1;
    }

    public ValueTask DisposeAsync() => _rows.DisposeAsync();

    private IEnumerable<string> Annotators(AnnotationTask task, TaskAnswer answer)
    {
        if (task.Status != TaskStatuses.Resolved)
            return task.Predictions.Select(prediction => prediction.Labeler);
        var same = task.Annotations.Where(annotation => annotation.Answer is { } given && _kind.VoteOf(given) == _kind.VoteOf(answer)).Select(annotation => annotation.Annotator);
        return task.Decision is { } decision ? same.Append(decision.By) : same;
    }
}
