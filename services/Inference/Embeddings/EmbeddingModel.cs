using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Models.Text;

namespace Aigc.Inference.Embeddings;

/// <summary>What an encoder says of itself beside its numbers.</summary>
internal sealed record EncoderFacts(string Graph, string Device, long MemoryBytes, int MaxLength, int Vocabulary, bool Shortens) : TurnFacts(Graph, Device, MemoryBytes, MaxLength);

/// <summary>An encoder that this process runs. Texts of like length go through it together.</summary>
internal sealed class EmbeddingModel(ModelRef reference, OrtEncoder encoder, TextTokenizer tokenizer, EncoderFacts facts, TimeProvider time)
    : TurnModel(reference, facts, time)
{
    // Padding included: what one run computes, and so what its activations take.
    private const int MostTokens = 4096, MostRows = 64;

    /// <summary>The vectors of a command's inputs, and how many tokens each had.</summary>
    /// <exception cref="GenerationFailedException">An input is not one this model takes, or its vector is not a number.</exception>
    public async Task<(float[][] Vectors, int[] Tokens)> Embed(EmbedText command, CancellationToken ct)
    {
        var inputs = command.Inputs.Select((input, i) => TokensOf(input, i, command.Truncate)).ToArray();
        var vectors = new float[inputs.Length][];
        await InTurns(Batches(inputs), batch => RunBatch(batch, inputs, vectors), ct);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = Shorten(vectors[i], i, command.Dimensions);
        return (vectors, [.. inputs.Select(input => input.Length)]);
    }

    /// <summary>Longest first, each batch of texts of like length: a short text beside a long one would be padding for the most part.</summary>
    internal static IEnumerable<int[]> Batches(IReadOnlyList<int[]> inputs)
    {
        var order = Enumerable.Range(0, inputs.Count).OrderByDescending(i => inputs[i].Length).ToArray();
        for (var start = 0; start < order.Length;)
        {
            var longest = inputs[order[start]].Length;
            var most = Math.Clamp(MostTokens / longest, 1, MostRows);
            var count = order.Skip(start).Take(most).TakeWhile(i => (2 * inputs[i].Length) + 16 >= longest).Count();
            yield return order[start..(start + count)];
            start += count;
        }
    }

    protected override void Unload() => encoder.Dispose();

    private long RunBatch(int[] batch, int[][] inputs, float[][] vectors)
    {
        var results = encoder.Run([.. batch.Select(i => inputs[i])]);
        for (var row = 0; row < batch.Length; row++)
            vectors[batch[row]] = results[row];
        return batch.Sum(i => inputs[i].Length);
    }

    private int[] TokensOf(EmbeddingInput input, int index, bool truncate)
    {
        var tokens = input.Text is { } text ? tokenizer.Encode(text) : input.Tokens;
        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)facts.Vocabulary)
                throw Invalid($"inputs[{index}]", FormattableString.Invariant($"Token {token} is not one of the model's {facts.Vocabulary} tokens."));
        }
        var around = tokenizer.Before.Count + tokenizer.After.Count;
        var room = facts.MaxLength - around;
        if (tokens.Count > room)
            tokens = truncate ? [.. tokens.Take(room)] : throw TooLong(index, tokens.Count + around);
        return tokens.Count + around > 0 ? [.. tokenizer.Before, .. tokens, .. tokenizer.After] : throw Invalid($"inputs[{index}]", "The input is empty.");
    }

    private float[] Shorten(float[] vector, int index, int? dimensions)
    {
        foreach (var value in vector)
        {
            if (!float.IsFinite(value))
            {
                throw new GenerationFailedException(new()
                {
                    Code = "model_output_invalid",
                    Message = FormattableString.Invariant($"The vector of input {index} has values that are not numbers: the model is damaged or unstable for this text."),
                });
            }
        }
        if (dimensions is not { } wanted || wanted == vector.Length)
            return vector;
        if (wanted > vector.Length)
            throw Invalid("dimensions", FormattableString.Invariant($"The model's vectors have {vector.Length} dimensions, fewer than {wanted}."));
        if (!facts.Shortens)
        {
            throw Invalid("dimensions", FormattableString.Invariant(
                $"The model's vectors have {vector.Length} dimensions and it was not trained for fewer (its config.json names no matryoshka_dimensions): leave dimensions out."));
        }
        var shorter = vector[..wanted];
        OrtEncoder.Normalise(shorter);
        return shorter;
    }

    private GenerationFailedException TooLong(int index, int tokens) => new(new Problem
    {
        Code = "context_length_exceeded",
        Message = FormattableString.Invariant($"Input {index} has {tokens} tokens and this model reads {facts.MaxLength}: shorten it, or ask for truncation."),
        Param = $"inputs[{index}]",
    });

    private static GenerationFailedException Invalid(string param, string message) => new(Problems.Invalid(param, message));
}
