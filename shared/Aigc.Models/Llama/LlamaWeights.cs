namespace Aigc.Models.Llama;

/// <summary>Weights by their Hugging Face names.</summary>
public interface IWeights
{
    /// <summary>The tensor, row-major, <c>[out, in]</c> for projections. See <see cref="LlamaWeights.Dimensions"/>.</summary>
    float[] Get(string name);
}

/// <summary>Names and dimensions of the weights of a Llama decoder, as Hugging Face has them.</summary>
public static class LlamaWeights
{
    /// <summary>The embedding, <c>[vocabulary, dim]</c>.</summary>
    public const string Embedding = "model.embed_tokens.weight";

    /// <summary>The last norm.</summary>
    public const string Norm = "model.norm.weight";

    /// <summary>The output projection, where it is not tied to the embedding.</summary>
    public const string Head = "lm_head.weight";

    /// <summary>Prefix of a block's weights.</summary>
    public static string Block(int layer) => FormattableString.Invariant($"model.layers.{layer}.");

    /// <summary>All weights of a shape, in a fixed order.</summary>
    public static IEnumerable<string> Names(LlamaShape shape)
    {
        yield return Embedding;
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            foreach (var name in (string[])
                ["input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                 "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"])
                yield return Block(layer) + name + ".weight";
        }

        yield return Norm;
        if (!shape.TiedEmbeddings)
            yield return Head;
    }

    /// <summary>Dimensions of a weight.</summary>
    /// <exception cref="ArgumentException">A Llama decoder has no such weight.</exception>
    public static long[] Dimensions(LlamaShape shape, string name)
    {
        if (name is Embedding or Head)
            return [shape.Vocabulary, shape.Dim];
        return name.Split('.')[^2] switch
        {
            "norm" or "input_layernorm" or "post_attention_layernorm" => [shape.Dim],
            "q_proj" => [shape.QueryWidth, shape.Dim],
            "k_proj" or "v_proj" => [shape.KeyWidth, shape.Dim],
            "o_proj" => [shape.Dim, shape.QueryWidth],
            "gate_proj" or "up_proj" => [shape.Ffn, shape.Dim],
            "down_proj" => [shape.Dim, shape.Ffn],
            _ => throw new ArgumentException($"A Llama decoder has no weight \"{name}\".", nameof(name)),
        };
    }
}

/// <summary>Seeded random weights of a plausible scale: for tests and measurements of engines that need a model and not its sense.</summary>
public sealed class RandomWeights(LlamaShape shape, int seed) : IWeights
{
    /// <inheritdoc />
    public float[] Get(string name)
    {
        var dimensions = LlamaWeights.Dimensions(shape, name);
        var values = new float[dimensions.Aggregate(1L, (a, b) => a * b)];
        if (dimensions.Length == 1)
        {
            Array.Fill(values, 1f);
            return values;
        }

        // One stream a name, so that the order in which weights are asked for does not matter. FNV-1a: stable between processes.
        var hash = name.Aggregate(2166136261u, (h, c) => (h ^ c) * 16777619u);
        var state = (((ulong)hash << 20) ^ ((ulong)(uint)seed * 0x9E3779B97F4A7C15UL)) | 1;
        var scale = name == LlamaWeights.Embedding ? 0.05f : 1.2f / MathF.Sqrt(dimensions[1]);
        for (var i = 0; i < values.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            values[i] = (((float)(state >> 40) / (1 << 24) * 2f) - 1f) * scale;
        }

        return values;
    }
}
