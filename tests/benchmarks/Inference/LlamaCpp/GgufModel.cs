using System.Runtime.InteropServices;
using Aigc.Models.Llama;

namespace Aigc.Benchmarks.Inference.LlamaCpp;

/// <summary>
/// A Llama decoder as GGUF. Quantised weights are the very numbers of our own graphs (<see cref="BlockQuantizer"/>) in the order of Q8_0 and Q4_0: both
/// engines multiply by the same values.
/// </summary>
internal static class GgufModel
{
    public static void Write(LlamaShape shape, IWeights weights, WeightFormat format, string path)
    {
        var type = format switch
        {
            WeightFormat.Fp32 => GgufType.F32,
            WeightFormat.Int8 => GgufType.Q8_0,
            WeightFormat.Int4 or WeightFormat.Int4Block128 => GgufType.Q4_0,
            _ => throw new ArgumentException($"GGUF files of {format.Name()} are not written.", nameof(format)),
        };
        var file = new GgufFile()
            .Fact("general.architecture", "llama").Fact("general.name", "bench")
            .Fact("llama.block_count", shape.Layers).Fact("llama.context_length", shape.ContextLength)
            .Fact("llama.embedding_length", shape.Dim).Fact("llama.feed_forward_length", shape.Ffn)
            .Fact("llama.attention.head_count", shape.Heads).Fact("llama.attention.head_count_kv", shape.KvHeads)
            .Fact("llama.attention.key_length", shape.HeadDim).Fact("llama.attention.value_length", shape.HeadDim)
            .Fact("llama.attention.layer_norm_rms_epsilon", shape.NormEpsilon)
            .Fact("llama.rope.dimension_count", shape.HeadDim).Fact("llama.rope.freq_base", shape.RopeTheta)
            .Fact("llama.vocab_size", shape.Vocabulary).Fact("tokenizer.ggml.model", "none");
        foreach (var name in LlamaWeights.Names(shape))
        {
            var dimensions = LlamaWeights.Dimensions(shape, name);
            if (dimensions.Length == 1)
                file.Tensor(NameOf(name), (int)dimensions[0], 0, GgufType.F32, () => Plain(weights.Get(name)));
            else
                file.Tensor(NameOf(name), (int)dimensions[1], (int)dimensions[0], type, () => Encode(Rows(shape, name, weights.Get(name)), (int)dimensions[1], type));
        }

        file.Write(path);
    }

    private static string NameOf(string name)
    {
        var parts = name.Split('.');
        var kind = parts[^2] switch
        {
            "embed_tokens" => "token_embd",
            "norm" => "output_norm",
            "lm_head" => "output",
            "input_layernorm" => "attn_norm",
            "q_proj" => "attn_q",
            "k_proj" => "attn_k",
            "v_proj" => "attn_v",
            "o_proj" => "attn_output",
            "post_attention_layernorm" => "ffn_norm",
            "gate_proj" => "ffn_gate",
            "up_proj" => "ffn_up",
            _ => "ffn_down",
        };
        return parts is ["model", "layers", var layer, ..] ? $"blk.{layer}.{kind}.weight" : kind + ".weight";
    }

    /// <summary>llama.cpp rotates neighbours where Hugging Face rotates halves: the rows of queries and keys are dealt out in pairs, head by head.</summary>
    private static float[] Rows(LlamaShape shape, string name, float[] values)
    {
        if (!name.Contains("q_proj", StringComparison.Ordinal) && !name.Contains("k_proj", StringComparison.Ordinal))
            return values;
        var (half, dealt) = (shape.HeadDim / 2, new float[values.Length]);
        for (var row = 0; row < values.Length / shape.Dim; row++)
        {
            var (head, at) = (row / shape.HeadDim, row % shape.HeadDim);
            var from = (head * shape.HeadDim) + (at % 2 * half) + (at / 2);
            values.AsSpan(from * shape.Dim, shape.Dim).CopyTo(dealt.AsSpan(row * shape.Dim));
        }

        return dealt;
    }

    private static byte[] Plain(float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static byte[] Encode(float[] values, int columns, GgufType type)
    {
        if (type == GgufType.F32)
            return Plain(values);
        var (numbers, scales) = type == GgufType.Q8_0 ? BlockQuantizer.Int8(values, columns) : BlockQuantizer.Int4(values, columns);
        var size = type == GgufType.Q8_0 ? 34 : 18;
        var encoded = new byte[scales.LongLength * size];
        for (var block = 0; block < scales.Length; block++)
        {
            var into = encoded.AsSpan(block * size, size);
            BitConverter.TryWriteBytes(into, (Half)scales[block]);
            var from = numbers.AsSpan(block * (size - 2), size - 2);
            for (var i = 0; i < from.Length; i++)
            {
                // Q8_0 is signed; Q4_0 keeps the first half of a block in its low nibbles and the second in the high ones.
                into[2 + i] = type == GgufType.Q8_0 ? (byte)(from[i] - 128) : (byte)(Nibble(from, i) | (Nibble(from, i + 16) << 4));
            }
        }

        return encoded;
    }

    private static int Nibble(ReadOnlySpan<byte> block, int at) => (block[at / 2] >> (at % 2 * 4)) & 15;
}
