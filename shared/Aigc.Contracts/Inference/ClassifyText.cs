using System.Text;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Contracts.Inference;

/// <summary>
/// Command: tell which of a classifier's labels texts have. Sent to the model's pool, <c>inference.text.&lt;pool&gt;</c>; answered with
/// <see cref="TextClassified"/> or <see cref="ClassificationFailed"/>. Repeating it gives the same answer.
/// </summary>
public sealed record ClassifyText
{
    /// <summary>Most inputs of one command. Whoever has more sends several.</summary>
    public const int MostInputs = 256;

    /// <summary>Most UTF-16 characters of one input.</summary>
    public const int LongestInput = 32_768;

    /// <summary>Identity of the request; echoed.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>The model, loaded by the worker if it is not.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>The texts, 1 to <see cref="MostInputs"/>, none of them empty or longer than <see cref="LongestInput"/>.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>
    /// Tokens a text is counted as. A classifier has none of its own, so one is counted for every four bytes of UTF-8 begun: about what a language model would count,
    /// in every language, and known before the text is sent.
    /// </summary>
    public static int TokensOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return (Encoding.UTF8.GetByteCount(text) + 3) / 4;
    }
}

/// <summary>Event and reply: the labels of the texts.</summary>
public sealed record TextClassified
{
    /// <summary>The request.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>What the model tells texts apart by, in the order of the figures of <see cref="Results"/>.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>One for each input, in their order.</summary>
    public required IReadOnlyList<TextLabels> Results { get; init; }

    /// <summary>What each input is counted as; see <see cref="ClassifyText.TokensOf"/>.</summary>
    public required IReadOnlyList<int> TokenCounts { get; init; }

    /// <summary>Digest of the model folder that answered.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>What one text is.</summary>
public sealed record TextLabels
{
    /// <summary>How likely it has each label, 0 … 1. Labels are told apart one by one: the figures add up to nothing in particular.</summary>
    public required IReadOnlyList<float> Probabilities { get; init; }

    /// <summary>Whether it is as likely as the label's threshold, which the model brings.</summary>
    public required IReadOnlyList<bool> Flags { get; init; }
}

/// <summary>Event and reply: no labels.</summary>
public sealed record ClassificationFailed
{
    /// <summary>The request.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>Why: <c>invalid_request</c>, <c>model_not_loadable</c>, <c>model_output_invalid</c>, …</summary>
    public required Problem Problem { get; init; }
}
