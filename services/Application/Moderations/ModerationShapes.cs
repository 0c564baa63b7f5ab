using Aigc.Contracts.Inference;

namespace Aigc.Application.Moderations;

/// <summary>What a moderation is answered with.</summary>
internal sealed record Moderation(string Id, string Model, IReadOnlyList<ModerationResult> Results)
{
    /// <summary>The answer to a request.</summary>
    /// <param name="id">The request's.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="model">Name of the model that answered.</param>
    /// <param name="answers">Of its commands, in the order of its inputs; at least one.</param>
    public static Moderation Of(Guid id, ModerationRequest request, string model, TextClassified[] answers)
    {
        var labels = answers[0].Labels;
        var each = answers.SelectMany(answer => answer.Results);
        IEnumerable<TextLabels[]> results = request.Together ? [[.. each]] : each.Select(one => new[] { one });
        return new($"modr-{id:N}", request.Model ?? model, [.. results.Select(texts => ModerationResult.Of(labels, texts))]);
    }

    /// <summary>Tokens its texts were counted as.</summary>
    public static long Tokens(TextClassified[] answers) => answers.Sum(answer => answer.TokenCounts.Sum(count => (long)count));
}

/// <summary>One text's categories, or those of several that are one thing.</summary>
internal sealed record ModerationResult(
    bool Flagged, IReadOnlyDictionary<string, bool> Categories, IReadOnlyDictionary<string, float> CategoryScores, IReadOnlyDictionary<string, IReadOnlyList<string>> CategoryAppliedInputTypes)
{
    private static readonly string[] Text = ["text"], Nothing = [];

    /// <summary>
    /// OpenAI's categories, all of them, and beside them what else the model knows. One the model does not know is not flagged, scores 0 and applied to no type
    /// of input, which is how OpenAI says that nothing was looked at. Of several texts the most suspicious counts, category by category.
    /// </summary>
    public static ModerationResult Of(IReadOnlyList<string> labels, IReadOnlyList<TextLabels> texts)
    {
        Dictionary<string, bool> flags = [];
        Dictionary<string, float> scores = [];
        Dictionary<string, IReadOnlyList<string>> types = [];
        var place = labels.Index().ToDictionary(label => label.Item, label => label.Index);
        foreach (var category in Moderations.Categories.All.Union(labels))
        {
            var known = place.TryGetValue(category, out var index);
            flags[category] = known && texts.Any(text => text.Flags[index]);
            scores[category] = known ? texts.Max(text => text.Probabilities[index]) : 0;
            types[category] = known ? Text : Nothing;
        }

        return new(flags.ContainsValue(true), flags, scores, types);
    }
}
