namespace Aigc.Models.Classification;

/// <summary>Which n-grams of a text a classifier sees, and into how many buckets they are hashed.</summary>
public sealed record FeatureShape
{
    /// <summary>Rows of the weights: an n-gram is one of them, and may share it.</summary>
    public int Buckets { get; init; } = 65536;

    /// <summary>Lengths of n-grams of words.</summary>
    public IReadOnlyList<int> WordOrders { get; init; } = [1, 2];

    /// <summary>Lengths of n-grams of the characters of a word, its two edges included.</summary>
    public IReadOnlyList<int> CharacterOrders { get; init; } = [3, 4, 5];

    /// <summary>Most n-grams that are looked at; those behind in the text are not seen. About 2,500 characters fill the default.</summary>
    public int MaxFeatures { get; init; } = 8192;

    /// <summary>Most characters of words that are read at once, as long as the texts it was fitted on; see <see cref="TextWindows"/>.</summary>
    public int Window { get; init; } = 500;
}
