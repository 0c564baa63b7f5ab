using Aigc.Models.Onnx;

namespace Aigc.Models.Llama;

/// <summary>
/// Writes a Llama decoder as an ONNX graph for ONNX Runtime, with one run for prefill and decode and a cache the caller owns.
/// </summary>
/// <remarks>
/// Inputs: <c>input_ids</c> i64 [B,S]; <c>seqlens_k</c> i32 [B], length of each row including the new tokens, minus one;
/// <c>total_sequence_length</c> i32 [1], the largest length (a value equal to S means "no past" to the operator);
/// <c>logit_rows</c> i64 [R], the rows of the flattened [B*S] positions that logits are wanted for;
/// <c>past_key_values.{l}.key|value</c> [B,kv,M,d], f32, or f16 in a graph of that format.
/// Outputs: <c>logits</c> f32 [R,vocabulary]; <c>present.{l}.key|value</c>, bound to the same memory as the past.
/// Batch > 1 with S > 1 and a past is refused by the operator on CPU.
/// </remarks>
public static class LlamaGraph
{
    /// <summary>Writes <c>model.onnx</c> and <c>model.onnx.data</c> into a folder.</summary>
    public static void Write(LlamaShape shape, IWeights weights, string directory, WeightFormat format)
    {
        Directory.CreateDirectory(directory);
        using var graph = new OnnxGraph(directory);
        new Writer(shape, weights, graph, format).Write();
    }

    sealed class Writer(LlamaShape shape, IWeights weights, OnnxGraph graph, WeightFormat format)
    {
        readonly OnnxType activations = format == WeightFormat.Fp16 ? OnnxType.F16 : OnnxType.F32;

        public void Write()
        {
            Declare();
            RotaryTables();
            var embedding = weights.Get(LlamaWeights.Embedding);
            var residual = Embed(embedding);
            var normed = graph.Op("SimplifiedLayerNormalization", [residual, NormWeight(LlamaWeights.Block(0) + "input_layernorm.weight")], "",
                ("epsilon", shape.NormEpsilon), ("axis", -1), ("stash_type", 1));
            for (var layer = 0; layer < shape.Layers; layer++)
            {
                var block = LlamaWeights.Block(layer);
                (residual, normed) = AddAndNorm(residual, Attention(layer, block, normed), block + "post_attention_layernorm.weight");
                var next = layer + 1 < shape.Layers ? LlamaWeights.Block(layer + 1) + "input_layernorm.weight" : LlamaWeights.Norm;
                (residual, normed) = AddAndNorm(residual, FeedForward(block, normed), next);
            }

            Head(normed, embedding);
        }

        /// <summary>Rows of the embedding. A quantised head that is tied to it holds the same numbers: they are stored once and read by both.</summary>
        string Embed(float[] embedding)
        {
            var bits = format.Bits();
            if (bits == 0 || !shape.TiedEmbeddings)
                return graph.Op("Gather", [Floats("embedding", [shape.Vocabulary, shape.Dim], embedding), "input_ids"]);
            var block = Quantise("head", embedding, shape.Dim, shape.Vocabulary);
            graph.SameBytes("embedding.q", OnnxType.U8, [shape.Vocabulary, shape.Dim * bits / 8], "head.q");
            graph.SameBytes("embedding.s", OnnxType.F32, [shape.Vocabulary, shape.Dim / block], "head.s");
            return graph.Op("GatherBlockQuantized", ["embedding.q", "input_ids", "embedding.s"], OnnxGraph.Microsoft,
                ("bits", bits), ("block_size", block), ("gather_axis", 0), ("quantize_axis", 1));
        }

        void Declare()
        {
            graph.Input("input_ids", OnnxType.I64, "batch", "sequence");
            graph.Input("seqlens_k", OnnxType.I32, "batch");
            graph.Input("total_sequence_length", OnnxType.I32, 1);
            graph.Input("logit_rows", OnnxType.I64, "rows");
            for (var layer = 0; layer < shape.Layers; layer++)
            {
                foreach (var part in (string[])["key", "value"])
                    graph.Input($"past_key_values.{layer}.{part}", activations, "batch", shape.KvHeads, "capacity", shape.HeadDim);
            }

            graph.Output("logits", OnnxType.F32, "rows", shape.Vocabulary);
            for (var layer = 0; layer < shape.Layers; layer++)
            {
                foreach (var part in (string[])["key", "value"])
                    graph.Output($"present.{layer}.{part}", activations, "batch", shape.KvHeads, "present_capacity", shape.HeadDim);
            }
        }

        void RotaryTables()
        {
            var (cos, sin) = Rotary.Tables(shape);
            Floats("rotary_cos", [shape.ContextLength, shape.HeadDim / 2], cos);
            Floats("rotary_sin", [shape.ContextLength, shape.HeadDim / 2], sin);
        }

        string Attention(int layer, string block, string input)
        {
            float[] packed =
            [
                .. weights.Get(block + "self_attn.q_proj.weight"),
                .. weights.Get(block + "self_attn.k_proj.weight"),
                .. weights.Get(block + "self_attn.v_proj.weight"),
            ];
            var qkv = Linear(input, block + "qkv", packed, shape.Dim, shape.QueryWidth + (2 * shape.KeyWidth));
            var attended = graph.Fresh("attention");
            graph.Node("GroupQueryAttention",
                [qkv, "", "", $"past_key_values.{layer}.key", $"past_key_values.{layer}.value", "seqlens_k", "total_sequence_length", "rotary_cos", "rotary_sin"],
                [attended, $"present.{layer}.key", $"present.{layer}.value"], OnnxGraph.Microsoft,
                ("num_heads", shape.Heads), ("kv_num_heads", shape.KvHeads), ("do_rotary", 1), ("rotary_interleaved", 0),
                ("scale", 1f / MathF.Sqrt(shape.HeadDim)));
            return Linear(attended, block + "o", weights.Get(block + "self_attn.o_proj.weight"), shape.QueryWidth, shape.Dim);
        }

        string FeedForward(string block, string input)
        {
            float[] packed = [.. weights.Get(block + "mlp.gate_proj.weight"), .. weights.Get(block + "mlp.up_proj.weight")];
            var both = Linear(input, block + "gate_up", packed, shape.Dim, 2 * shape.Ffn);
            string gate = graph.Fresh("gate"), up = graph.Fresh("up");
            graph.Node("Split", [both], [gate, up], "", ("axis", -1), ("num_outputs", 2));
            // QuickGelu with alpha 1 is x·sigmoid(x), that is SiLU, in one fused kernel.
            var active = graph.Op("Mul", [graph.Op("QuickGelu", [gate], OnnxGraph.Microsoft, ("alpha", 1f)), up]);
            return Linear(active, block + "down", weights.Get(block + "mlp.down_proj.weight"), shape.Ffn, shape.Dim);
        }

        void Head(string normed, float[] embedding)
        {
            graph.Constant<long>("flat", OnnxType.I64, [2], [-1L, shape.Dim]);
            var rows = graph.Op("Gather", [graph.Op("Reshape", [normed, "flat"]), "logit_rows"]);
            // Whoever samples reads 32-bit floats.
            var logits = activations == OnnxType.F32 ? "logits" : graph.Fresh("narrow_logits");
            if (format.Bits() == 0 && shape.TiedEmbeddings)
                graph.Node("Gemm", [rows, "embedding"], [logits], "", ("transB", 1));
            else if (shape.TiedEmbeddings)
                Multiply(rows, "head", shape.Dim, shape.Vocabulary, logits);
            else
                Linear(rows, "head", weights.Get(LlamaWeights.Head), shape.Dim, shape.Vocabulary, logits);
            if (logits != "logits")
                graph.Node("Cast", [logits], ["logits"], "", ("to", (int)OnnxType.F32));
        }

        (string Sum, string Normed) AddAndNorm(string residual, string update, string weight)
        {
            string sum = graph.Fresh("residual"), normed = graph.Fresh("normed");
            graph.Node("SkipSimplifiedLayerNormalization", [residual, update, NormWeight(weight)], [normed, "", "", sum],
                OnnxGraph.Microsoft, ("epsilon", shape.NormEpsilon));
            return (sum, normed);
        }

        string NormWeight(string name) => Floats(name, [shape.Dim], weights.Get(name));

        string Floats(string name, long[] dimensions, float[] values) => activations == OnnxType.F32
            ? graph.Constant<float>(name, OnnxType.F32, dimensions, values)
            : graph.Constant<Half>(name, OnnxType.F16, dimensions, Array.ConvertAll(values, value => (Half)value));

        string Linear(string input, string name, float[] matrix, int from, int to, string? output = null)
        {
            output ??= graph.Fresh("projected");
            if (format.Bits() == 0)
            {
                graph.Node("MatMul", [input, Floats(name, [from, to], Transposed(matrix, to, from))], [output]);
                return output;
            }

            Quantise(name, matrix, from, to);
            Multiply(input, name, from, to, output);
            return output;
        }

        /// <summary>Stores a matrix as the format has it, and gives the length of its blocks.</summary>
        int Quantise(string name, float[] matrix, int from, int to)
        {
            var (bits, block) = (format.Bits(), format.Block(from));
            var (values, scales) = bits == 8 ? BlockQuantizer.Int8(matrix, from, block) : BlockQuantizer.Int4(matrix, from, block);
            var blocks = from / block;
            graph.Constant<byte>(name + ".q", OnnxType.U8, [to, blocks, block * bits / 8], values);
            graph.Constant<float>(name + ".s", OnnxType.F32, [(long)to * blocks], scales);
            return block;
        }

        // Level 4: products of 8-bit integers, activations quantised by the same blocks of the same row.
        void Multiply(string input, string name, int from, int to, string output) =>
            graph.Node("MatMulNBits", [input, name + ".q", name + ".s"], [output], OnnxGraph.Microsoft,
                ("K", from), ("N", to), ("bits", format.Bits()), ("block_size", format.Block(from)), ("accuracy_level", 4));

        static float[] Transposed(float[] matrix, int rows, int columns)
        {
            var result = new float[matrix.Length];
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                    result[((long)column * rows) + row] = matrix[((long)row * columns) + column];
            }

            return result;
        }
    }
}

/// <summary>Rotary position tables, half-split layout: angle of position p and pair i is p·theta^(−2i/d).</summary>
public static class Rotary
{
    /// <summary>Cosines and sines, each <c>[context, headDim / 2]</c>.</summary>
    public static (float[] Cos, float[] Sin) Tables(LlamaShape shape)
    {
        var half = shape.HeadDim / 2;
        var cos = new float[shape.ContextLength * half];
        var sin = new float[cos.Length];
        for (var position = 0; position < shape.ContextLength; position++)
        {
            for (var pair = 0; pair < half; pair++)
            {
                var angle = position * Math.Pow(shape.RopeTheta, -2.0 * pair / shape.HeadDim);
                cos[(position * half) + pair] = (float)Math.Cos(angle);
                sin[(position * half) + pair] = (float)Math.Sin(angle);
            }
        }

        return (cos, sin);
    }
}
