namespace Aigc.Inference.Engine;

/// <summary>
/// Runs a few tokens before a model is served: three at once must give the logits of two and then one. A graph whose shapes lie, an operator
/// that ignores its past, or a device that computes something else fails here by name instead of answering nonsense later.
/// </summary>
internal static class BackendProbe
{
    // Different kernels for one and for many rows differ in the last bits, int8 activations a little more; a lost past differs by the whole range.
    private const float Tolerance = 0.02f;

    /// <summary>Null when the numbers agree, else what is wrong.</summary>
    public static string? Check(IDecoderBackend backend)
    {
        if (backend.SlotLength < 3 || backend.VocabularySize < 4)
            return null;
        backend.Prefill(0, [1, 2, 3], 0);
        var expected = backend.Logits(0).ToArray();
        backend.Prefill(0, [1, 2], 0);
        backend.Decode([3], [2]);
        var actual = backend.Logits(0);

        var (largest, difference) = (0f, 0f);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!float.IsFinite(expected[i]) || !float.IsFinite(actual[i]))
                return $"the logits of token {i} are not a number";
            largest = MathF.Max(largest, MathF.Abs(expected[i]));
            difference = MathF.Max(difference, MathF.Abs(expected[i] - actual[i]));
        }
        return difference > Tolerance * MathF.Max(largest, 1)
            ? FormattableString.Invariant($"decoding one token behind a prompt differs from running the whole prompt by {difference:g3}")
            : null;
    }
}
