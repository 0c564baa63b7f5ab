using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aigc.Contracts;
using Aigc.ServiceDefaults;

namespace Aigc.DataSupply.Rules;

/// <summary>
/// Quality rules as data: each compares one signal with one threshold, and the first whose comparison holds rejects the document. Embedded
/// presets are the only source, so a dataset card can name its rules by the digest of their file.
/// </summary>
internal sealed record RuleSet
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>C4's cleaning of lines, done before the signals of its own and FineWeb's rules are taken; null leaves the text as it is.</summary>
    public CleaningSpec? Cleaning { get; init; }

    public required IReadOnlyList<Rule> Rules { get; init; }

    /// <summary>SHA-256 of the preset's bytes; part of a build's key.</summary>
    [JsonIgnore]
    public string Digest { get; private init; } = "";

    /// <summary>Names of the presets there are.</summary>
    public static IReadOnlyList<string> Names { get; } = ["fineweb", "none"];

    /// <summary>Loads a preset by name.</summary>
    /// <exception cref="ProblemException">There is no such preset.</exception>
    public static RuleSet Load(string name)
    {
        if (!Names.Contains(name, StringComparer.Ordinal))
        {
            throw new ProblemException(new Problem
            {
                Code = "unknown_preset",
                Message = $"There is no preset \"{name}\"; use one of: {string.Join(", ", Names)}.",
                Param = "prepare.preset",
            });
        }

        using var stream = typeof(RuleSet).Assembly.GetManifestResourceStream($"Aigc.DataSupply.Rules.presets.{name}.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return JsonSerializer.Deserialize<RuleSet>(bytes, Json)! with { Digest = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
    }

    /// <summary>The first rule that rejects a document with these signals, or null.</summary>
    public Rejection? Judge(TextSignals signals, string language, bool languagesAsked)
    {
        foreach (var rule in Rules)
        {
            var value = signals[rule.Signal];
            if (rule.AppliesTo(language, languagesAsked) && rule.Rejects(value))
            {
                return new(rule.Id, value, rule.Threshold);
            }
        }

        return null;
    }
}

/// <summary>Why a document was rejected: the rule's id, the measured value and the threshold it crossed.</summary>
internal sealed record Rejection(string Rule, double Value, double Threshold);

/// <summary>One comparison. <see cref="Op"/> is <c>&lt;</c> or <c>&gt;</c>: the document is rejected when it holds.</summary>
internal sealed record Rule
{
    public required string Id { get; init; }

    public required Signal Signal { get; init; }

    public required string Op { get; init; }

    public required double Threshold { get; init; }

    /// <summary>Languages the rule speaks about; empty for all.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    public IReadOnlyList<string> ExceptLanguages { get; init; } = [];

    public bool OnlyWhenLanguagesAsked { get; init; }

    public bool AppliesTo(string language, bool languagesAsked) =>
        (Languages.Count == 0 || Languages.Contains(language, StringComparer.Ordinal))
        && !ExceptLanguages.Contains(language, StringComparer.Ordinal)
        && (languagesAsked || !OnlyWhenLanguagesAsked);

    public bool Rejects(double value) => Op switch
    {
        "<" => value < Threshold,
        ">" => value > Threshold,
        _ => throw new InvalidOperationException($"Rule {Id} has the unknown comparison {Op}."),
    };
}

/// <summary>C4's cleaning of lines.</summary>
internal sealed record CleaningSpec
{
    /// <summary>Regular expression of what is cut out of the text: citation marks.</summary>
    public required string StripPattern { get; init; }

    /// <summary>Lower-case texts that make a line be dropped.</summary>
    public required IReadOnlyList<string> DropLinesContaining { get; init; }

    public required int MinWordsPerLine { get; init; }

    public required int MaxWordLength { get; init; }
}
