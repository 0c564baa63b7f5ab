using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Engine;

/// <summary>What a probe found wrong.</summary>
internal enum ProbeFault
{
    /// <summary>Decoding behind a prompt is not the prompt at once, or the logits are no numbers.</summary>
    Past,

    /// <summary>A prompt in two chunks is not the prompt at once.</summary>
    Chunk,

    /// <summary>Rows together are not the rows alone.</summary>
    Rows,
}

/// <summary>
/// Runs a few tokens before a model is served: three at once must give the logits of two and then one, four those of two chunks, and two rows of
/// different lengths those of each alone. A graph whose shapes lie, an operator that ignores its past, or a device that computes something else
/// fails here by name instead of answering nonsense later.
/// </summary>
internal static class BackendProbe
{
    /// <summary>Different kernels for one and for many rows differ in the last bits, int8 activations a little more; a lost past differs by the whole range.</summary>
    public const float Tolerance = 0.02f;

    private static readonly int[] Tokens = [1, 2, 3, 1];

    /// <summary>Null when the numbers agree, else what is wrong.</summary>
    public static string? Check(IDecoderBackend backend) => Find(backend, Tolerance)?.Reason;

    /// <summary>Null when the numbers agree within a share of their range, else what is wrong.</summary>
    public static (ProbeFault Fault, string Reason)? Find(IDecoderBackend backend, float tolerance)
    {
        if (backend.SlotLength < Tokens.Length || backend.VocabularySize < Tokens.Length)
            return null;
        var whole = new float[Tokens.Length + 1][];
        if (Try(() => Past(backend, tolerance, whole)) is { } past)
            return (ProbeFault.Past, past);
        if (Try(() => Chunk(backend, tolerance, whole)) is { } chunk)
            return (ProbeFault.Chunk, chunk);
        return backend.Slots > 1 && Try(() => Rows(backend, tolerance, whole)) is { } rows ? (ProbeFault.Rows, rows) : null;
    }

    /// <summary>Null when a run tells the same logits for each of its tokens as the prompts that end there, else what is wrong.</summary>
    public static string? Verification(IDecoderBackend backend, float tolerance)
    {
        if (backend.MostVerified < 2)
            return "its logits are told for the last token only";
        var tokens = Tokens.AsSpan(0, Math.Min(Tokens.Length, backend.MostVerified + 1)).ToArray();
        return Try(() =>
        {
            var whole = new float[tokens.Length + 1][];
            for (var length = 2; length <= tokens.Length; length++)
            {
                backend.Prefill(0, tokens.AsSpan(0, length), 0);
                whole[length] = backend.Logits(0).ToArray();
            }
            backend.Prefill(0, tokens.AsSpan(0, 1), 0);
            backend.Verify(0, tokens.AsSpan(1), 1);
            string? wrong = null;
            for (var row = 0; row + 1 < tokens.Length; row++)
                wrong ??= Compare(whole[row + 2], backend.Logits(row), tolerance, "the logits of several tokens at once differ from those of each");
            return wrong;
        });
    }

    private static string? Past(IDecoderBackend backend, float tolerance, float[][] whole)
    {
        for (var length = 1; length <= Tokens.Length; length++)
        {
            backend.Prefill(0, Tokens.AsSpan(0, length), 0);
            whole[length] = backend.Logits(0).ToArray();
        }
        backend.Prefill(0, Tokens.AsSpan(0, 2), 0);
        backend.Decode(Tokens.AsSpan(2, 1), [2]);
        return Compare(whole[3], backend.Logits(0), tolerance, "decoding one token behind a prompt differs from running the whole prompt");
    }

    private static string? Chunk(IDecoderBackend backend, float tolerance, float[][] whole)
    {
        backend.Prefill(0, Tokens.AsSpan(0, 2), 0);
        backend.Prefill(0, Tokens.AsSpan(2, 2), 2);
        return Compare(whole[4], backend.Logits(0), tolerance, "a prompt in two chunks differs from running the whole prompt");
    }

    private static string? Rows(IDecoderBackend backend, float tolerance, float[][] whole)
    {
        const string What = "rows decoded together differ from the same rows alone";
        backend.Prefill(0, Tokens.AsSpan(0, 1), 0);
        backend.Prefill(1, Tokens.AsSpan(0, 3), 0);
        backend.Decode([Tokens[1], Tokens[3]], [1, 3]);
        return Compare(whole[2], backend.Logits(0), tolerance, What) ?? Compare(whole[4], backend.Logits(1), tolerance, What);
    }

    // A graph made for one row, or for one token, refuses more by an error.
    private static string? Try(Func<string?> step)
    {
        try
        {
            return step();
        }
        catch (OnnxRuntimeException e)
        {
            return e.Message.TrimEnd('.', '\n');
        }
    }

    private static string? Compare(float[] expected, ReadOnlySpan<float> actual, float tolerance, string what)
    {
        var (largest, difference) = (0f, 0f);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!float.IsFinite(expected[i]) || !float.IsFinite(actual[i]))
                return $"the logits of token {i} are not a number";
            largest = MathF.Max(largest, MathF.Abs(expected[i]));
            difference = MathF.Max(difference, MathF.Abs(expected[i] - actual[i]));
        }
        return difference > tolerance * MathF.Max(largest, 1) ? FormattableString.Invariant($"{what} by {difference:g3}") : null;
    }
}
