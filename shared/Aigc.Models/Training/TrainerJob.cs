using System.Text.Json;
using System.Text.Json.Serialization;
using Aigc.Models.Classification;
using Aigc.Models.Folders;

namespace Aigc.Models.Training;

/// <summary>What the trainer process is asked to do: <c>job.json</c> in its job folder. Paths are absolute.</summary>
public sealed record TrainerJob
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "job.json";

    /// <summary><see cref="Kind"/> of a classifier's job.</summary>
    public const string Classifier = "classifier";

    /// <summary>What is made: a decoder when null, or <see cref="Classifier"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Name { get; init; }

    /// <summary><c>large</c>, <c>small</c> or <c>micro</c>; a fact on the card.</summary>
    public required string Tier { get; init; }

    /// <summary>Named Llama shape; a classifier has none.</summary>
    public required string Shape { get; init; }

    /// <summary>
    /// Documents to learn from: JSONL or JSONL.gz with a <c>text</c> a row. A row that also has <c>messages</c>, a list of <c>role</c> and <c>content</c> of
    /// which the last is the assistant's, is learned as that conversation; its text is what the vocabulary and the baseline learn from. A classifier's rows have
    /// <c>labels</c>, a list that may be empty, and may have <c>group</c>, the family of rows that are told apart by little; rows without labels are left out.
    /// </summary>
    public required IReadOnlyList<string> Train { get; init; }

    /// <summary>Documents to measure on, in the same form.</summary>
    public required IReadOnlyList<string> Validation { get; init; }

    /// <summary>Rows a classifier is measured on; where there are none, half of the families of <see cref="Validation"/> are.</summary>
    public IReadOnlyList<string> Test { get; init; } = [];

    /// <summary>Instruction pairs: rows with <c>instruction</c> and <c>response</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Seconds of fitting.</summary>
    public required double Seconds { get; init; }

    /// <summary>Most optimiser steps, of a classifier passes over the rows; null for as many as fit the seconds.</summary>
    public int? Steps { get; init; }

    /// <summary>Times every token is seen, at most; null for as often as fits the seconds.</summary>
    public double? Epochs { get; init; }

    /// <summary>Random seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Processor threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Seconds between checkpoints.</summary>
    public double CheckpointSeconds { get; init; } = 10;

    /// <summary>Largest number of validation bytes measured.</summary>
    public long ValidationBytes { get; init; } = 400_000;

    /// <summary>What the model is made from; goes onto the card.</summary>
    public required ModelLineage Lineage { get; init; }

    /// <summary>Folder the finished model lies in, inside the job folder.</summary>
    public const string ModelDirectory = "model";
}

/// <summary>What came out: <c>result.json</c>, written last, so that its presence means the job is done.</summary>
public sealed record TrainerResult
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "result.json";

    /// <summary>The card of a decoder.</summary>
    public ModelCard? Card { get; init; }

    /// <summary>The card of a classifier.</summary>
    public ClassifierCard? Classifier { get; init; }

    /// <summary>Loss curve: optimiser step and smoothed training loss, nats a token; of a classifier nats a label of a row.</summary>
    public required IReadOnlyList<LossSample> Loss { get; init; }

    /// <summary>Wall-clock seconds of each stage.</summary>
    public required IReadOnlyDictionary<string, double> StageSeconds { get; init; }
}

/// <summary>One point of the loss curve.</summary>
/// <param name="Step">Optimiser step.</param>
/// <param name="Loss">Smoothed training loss, nats a token.</param>
public readonly record struct LossSample(int Step, double Loss);

/// <summary>
/// One line of the trainer's standard output: <c>progress</c> with figures, <c>failed</c> with code and message, or <c>finished</c>.
/// </summary>
public sealed record TrainerEvent
{
    /// <summary><c>progress</c>, <c>failed</c> or <c>finished</c>.</summary>
    public required string Event { get; init; }

    /// <summary><c>tokenizer</c>, <c>encode</c>, <c>fit</c>, <c>evaluate</c> or <c>export</c>.</summary>
    public string? Stage { get; init; }

    /// <summary>Units done.</summary>
    public double Done { get; init; }

    /// <summary>Units in all.</summary>
    public double? Total { get; init; }

    /// <summary>What is counted.</summary>
    public string? Unit { get; init; }

    /// <summary>Optimiser steps done.</summary>
    public int? Step { get; init; }

    /// <summary>Smoothed training loss, nats a token.</summary>
    public double? Loss { get; init; }

    /// <summary>Tokens a second.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>Code of a failure that only other input helps against.</summary>
    public string? Code { get; init; }

    /// <summary>One sentence for a person.</summary>
    public string? Message { get; init; }
}

/// <summary>JSON of the trainer's files and events, the same on both sides.</summary>
public static class TrainerJson
{
    static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>One line of JSON.</summary>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Format);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Format) ?? throw new JsonException("nothing there");

    /// <summary>Writes a file so that it is there whole or not at all.</summary>
    public static void WriteFile<T>(string path, T value)
    {
        File.WriteAllText(path + ".part", Write(value));
        File.Move(path + ".part", path, overwrite: true);
    }
}
