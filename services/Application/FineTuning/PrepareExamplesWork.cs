using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aigc.Application.Files.Lines;
using Aigc.Contracts;
using Aigc.Contracts.Application;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;
using Microsoft.Extensions.Options;

namespace Aigc.Application.FineTuning;

/// <summary>
/// Makes a dataset version of conversations, in the layout every dataset here has: a row is the messages, and as its text what was
/// said. The same file gives the same bytes.
/// </summary>
internal sealed class PrepareExamplesWork(IArtifactStore artifacts, ArtifactFolders folders, AigcPaths paths, IOptions<FineTuningOptions> options) : IWork<PrepareExamples>
{
    // Where nothing is given to measure on, one conversation of so many is not learned from.
    private const int HeldOut = 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string IdOf(PrepareExamples command) => $"fine-tuning-prepare/{command.TuningId}";

    public (Guid JobId, JobLink Job) JobOf(PrepareExamples command) => (command.TuningId, command.Job);

    public object Failed(PrepareExamples command, Problem problem) => new ExamplesRefused { TuningId = command.TuningId, Problem = problem };

    public async Task<object> Run(PrepareExamples command, WorkContext context, CancellationToken ct)
    {
        var scratch = paths.NewScratch();
        try
        {
            var (train, validation) = await Write(command, Directory.CreateDirectory(Path.Combine(scratch, "data")).FullName, ct);
            if (train.Rows < options.Value.MinExamples)
            {
                throw new ProblemException("training_file_too_small", $"The training file has {train.Rows} conversations to learn from; {options.Value.MinExamples} are needed.", "training_file");
            }

            await File.WriteAllTextAsync(
                Path.Combine(scratch, "README.md"),
                $"# {command.Name}\n\nConversations of a fine-tuning job: {train.Rows} to learn from, {validation.Rows} to measure on.\n",
                ct);
            return new ExamplesPrepared
            {
                TuningId = command.TuningId,
                Dataset = new DatasetVersionRef
                {
                    Name = command.Name,
                    Folder = await folders.Pack(scratch, ct),
                    TrainRows = train.Rows,
                    ValidationRows = validation.Rows,
                    TextBytes = train.TextBytes + validation.TextBytes,
                },
            };
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private async Task<(Split Train, Split Validation)> Write(PrepareExamples command, string data, CancellationToken ct)
    {
        await using var train = new Split(data, "train");
        await using var validation = new Split(data, "validation");
        var number = 0;
        await foreach (var line in Lines(command.Examples, "training_file", ct))
        {
            await (command.Validation is null && ++number % HeldOut == 0 ? validation : train).Add(line, ct);
        }

        if (command.Validation is { } given)
        {
            await foreach (var line in Lines(given, "validation_file", ct))
            {
                await validation.Add(line, ct);
            }
        }

        if (validation.Rows == 0)
        {
            throw new ProblemException("training_file_too_small", $"The training file has {train.Rows} conversations; give {HeldOut} or more, or a validation_file.", "training_file");
        }

        return (train, validation);
    }

    private async IAsyncEnumerable<JsonLine> Lines(ArtifactRef file, string param, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await using var content = await artifacts.Open(file.Digest, ct);
        await foreach (var line in JsonLine.ReadAll(content, ct))
        {
            yield return TrainingExample.Check(line) is { } fault
                ? throw new ProblemException(fault.Code, $"Line {line.Number}: {fault.Message}", param)
                : line;
        }
    }

    /// <summary>One split of the dataset.</summary>
    private sealed class Split(string folder, string name) : IAsyncDisposable
    {
        private readonly GZipStream _rows = new(File.Create(Path.Combine(folder, $"{name}-00000-of-00001.jsonl.gz")), CompressionLevel.Optimal);

        public long Rows { get; private set; }

        public long TextBytes { get; private set; }

        public async Task Add(JsonLine line, CancellationToken ct)
        {
            Turn[] messages = [.. line.Json.GetProperty("messages").EnumerateArray().Select(m => new Turn(m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!))];
            var text = string.Join('\n', messages.Select(message => message.Content));
            await _rows.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { text, messages }, Json), ct);
            await _rows.WriteAsync("\n"u8.ToArray(), ct);
            Rows++;
            TextBytes += Encoding.UTF8.GetByteCount(text);
        }

        public ValueTask DisposeAsync() => _rows.DisposeAsync();
    }

    private sealed record Turn(string Role, string Content);
}
