using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aigc.Models.Folders;

/// <summary>What a model is, what it was made from and how good it is: <c>card.json</c> for programs, <c>README.md</c> for people.</summary>
public sealed record ModelCard
{
    /// <summary>Name of the machine-readable file.</summary>
    public const string FileName = "card.json";

    /// <summary>Registered name.</summary>
    public required string Name { get; init; }

    /// <summary><c>large</c>, <c>small</c> or <c>micro</c>.</summary>
    public required string Tier { get; init; }

    /// <summary>Family of the architecture.</summary>
    public string Architecture { get; init; } = "llama";

    /// <summary>Weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Largest number of tokens of prompt and answer together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Name of a <see cref="Llama.WeightFormat"/>, such as <c>int8</c>.</summary>
    public required string WeightFormat { get; init; }

    /// <summary>What it was made from.</summary>
    public required ModelLineage Lineage { get; init; }

    /// <summary>How good it is.</summary>
    public required ModelEvaluation Evaluation { get; init; }

    /// <summary>How it was trained.</summary>
    public required ModelTrainingFacts Training { get; init; }

    static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Reads <c>card.json</c>.</summary>
    /// <exception cref="JsonException">It is not a card.</exception>
    public static ModelCard Read(JsonElement json) => json.Deserialize<ModelCard>(Format) ?? throw new JsonException("the card is empty");

    /// <summary>Writes <c>card.json</c> and <c>README.md</c> into a folder.</summary>
    public void Write(string directory)
    {
        File.WriteAllText(Path.Combine(directory, FileName), JsonSerializer.Serialize(this, Format) + "\n");
        File.WriteAllText(Path.Combine(directory, "README.md"), ModelCardText.Of(this));
    }
}

/// <summary>Where a model comes from.</summary>
public sealed record ModelLineage
{
    /// <summary>Name of the dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>Digest of the dataset version's folder.</summary>
    public required string DatasetDigest { get; init; }

    /// <summary>Digest of the labelled version's folder, where there was one.</summary>
    public string? LabelsDigest { get; init; }

    /// <summary>The training run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>Name of the base model; null when trained from scratch.</summary>
    public string? Base { get; init; }
}

/// <summary>Figures of the evaluation. Losses are nats a token.</summary>
public sealed record ModelEvaluation
{
    /// <summary>Bits per byte of UTF-8 on held-out documents.</summary>
    public required double BitsPerByte { get; init; }

    /// <summary>The same of the baseline.</summary>
    public required double BaselineBitsPerByte { get; init; }

    /// <summary>What the baseline is.</summary>
    public string Baseline { get; init; } = "byte 3-gram, interpolated Witten-Bell back-off, same training text";

    /// <summary>Bytes measured on.</summary>
    public required long Bytes { get; init; }

    /// <summary>Documents measured on.</summary>
    public required int Documents { get; init; }

    /// <summary>Largest absolute difference of a logit between the trainer and the exported fp32 graph.</summary>
    public required double ExportMaxLogitDifference { get; init; }

    /// <summary>Loss of the exported fp32 graph on the parity sample.</summary>
    public required double ExportLoss { get; init; }

    /// <summary>Loss of the served graph on the same sample.</summary>
    public required double ServedLoss { get; init; }
}

/// <summary>Facts of the training.</summary>
public sealed record ModelTrainingFacts
{
    /// <summary>Name of the shape.</summary>
    public required string Shape { get; init; }

    /// <summary>Optimiser steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Tokens seen.</summary>
    public required long Tokens { get; init; }

    /// <summary>Seconds of fitting, over all lives of the process.</summary>
    public required double Seconds { get; init; }

    /// <summary>Training loss at the end, smoothed, nats a token.</summary>
    public required double Loss { get; init; }

    /// <summary>Random seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Documents and instruction pairs of the training text.</summary>
    public required int Documents { get; init; }

    /// <summary>Instruction pairs among them.</summary>
    public required int Pairs { get; init; }
}
