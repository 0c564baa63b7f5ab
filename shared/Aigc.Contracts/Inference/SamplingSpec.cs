namespace Aigc.Contracts.Inference;

/// <summary>How tokens are chosen. Names and ranges are OpenAI's, and Hugging Face's where OpenAI has none.</summary>
public sealed record SamplingSpec
{
    /// <summary>Most tokens to generate.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>0 is greedy; at most 2.</summary>
    public double Temperature { get; init; } = 0.8;

    /// <summary>Nucleus: the smallest set of tokens with this mass (0–1].</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The k most likely tokens; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Least probability, as a share of the likeliest token's [0–1]; 0 for none.</summary>
    public double MinP { get; init; }

    /// <summary>Divides positive logits and multiplies negative ones of tokens that occurred, prompt included (Keskar et al. 2019); 1 for none.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from a token's logit for each time it occurs in the answer (−2 to 2).</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Subtracted once from the logit of a token that occurs in the answer (−2 to 2).</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Added to the logits of tokens, by id (−100 to 100).</summary>
    public IReadOnlyDictionary<int, double> LogitBias { get; init; } = new Dictionary<int, double>();

    /// <summary>Same seed, model and request: same text.</summary>
    public long? Seed { get; init; }

    /// <summary>Texts that end the answer; not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Tokens that end the answer, beside the model's own.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Answers to the same prompt (OpenAI's <c>n</c>), 1 to 16. The first one draws as if it were alone.</summary>
    public int Answers { get; init; } = 1;

    /// <summary>Rivals to report with each token's log probability, 0 to 20; null for no log probabilities at all.</summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>What the answer must be.</summary>
    public AnswerFormat Format { get; init; } = new();
}

/// <summary>What an answer must be: its tokens are chosen so that it is nothing else.</summary>
public sealed record AnswerFormat
{
    /// <summary><c>text</c>, <c>json_object</c> or <c>json_schema</c>.</summary>
    public string Type { get; init; } = "text";

    /// <summary>The JSON schema, for <c>json_schema</c>.</summary>
    public string? Schema { get; init; }
}
