using System.Buffers.Binary;
using System.Text;
using Aigc.Inference.Engine.Managed;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Tests.Engine.Managed;

/// <summary>Folders that are not what they say are refused, by the name of what is wrong.</summary>
public sealed class ManagedWeightsTests
{
    [Theory]
    [InlineData(WeightFormat.Fp32, "MatMul")]
    [InlineData(WeightFormat.Fp16, "MatMul")]
    public void A_format_that_is_not_quantised_is_refused(WeightFormat format, string reason)
    {
        using var folder = new ManagedFolder(format);
        Assert.Contains(reason, Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_config_than_the_graphs_is_refused()
    {
        using var folder = new ManagedFolder(WeightFormat.Int4);
        var shape = folder.Shape;
        (LlamaShape Shape, string Reason)[] wrong =
        [
            (shape with { Vocabulary = 544 }, "head.q"), (shape with { Ffn = 224 }, "gate_up.q"), (shape with { Layers = 1 }, "model.layers.1."),
            (shape with { Layers = 3 }, "model.layers.2."), (shape with { NormEpsilon = 1e-3f }, "rms_norm_eps"), (shape with { ContextLength = 256 }, "rotary_cos"),
            (shape with { TiedEmbeddings = false }, "embedding"), (shape with { KvHeads = 2 }, "num_key_value_heads"), (shape with { HeadDim = 48 }, "head_dim 48"),
            (shape with { Ffn = 200 }, "intermediate_size 200"), (shape with { Heads = 1 << 20, HeadDim = 4096 }, "widths up to"),
        ];
        Assert.All(wrong, w => Assert.Contains(w.Reason, Refused(folder, w.Shape), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("num_heads", 1, "GroupQueryAttention has num_heads 1, the managed kernels compute 2 as config.json says (num_attention_heads)")]
    [InlineData("kv_num_heads", 2, "GroupQueryAttention has kv_num_heads 2")]
    [InlineData("do_rotary", 0, "GroupQueryAttention has do_rotary 0")]
    [InlineData("rotary_interleaved", 1, "GroupQueryAttention has rotary_interleaved 1")]
    [InlineData("scale", 0, "GroupQueryAttention has scale 0")]
    [InlineData("epsilon", 0, "SimplifiedLayerNormalization has epsilon 0")]
    [InlineData("alpha", 0, "QuickGelu has alpha 0")]
    [InlineData("num_outputs", 3, "Split has num_outputs 3")]
    [InlineData("bits", 8, "GatherBlockQuantized has bits 8")]
    [InlineData("accuracy_level", 0, "MatMulNBits has accuracy_level 0")]
    [InlineData("block_size", 16, "GatherBlockQuantized has block_size 16")]
    [InlineData("gather_axis", 1, "GatherBlockQuantized has gather_axis 1")]
    public void An_operator_that_computes_something_else_is_refused_by_its_attribute(string attribute, byte value, string reason)
    {
        using var folder = new ManagedFolder(WeightFormat.Int4);
        Attribute(folder.Graph, attribute, bytes => bytes.Span.Fill(value));
        Assert.Contains(reason, Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void An_attribute_that_the_kernels_do_not_know_is_refused_by_its_name()
    {
        using var folder = new ManagedFolder(WeightFormat.Int8);
        Replace(folder.Graph, "rotary_interleaved", "rotary_in_between_");
        Assert.Contains("GroupQueryAttention has the attribute rotary_in_between_", Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_are_cut_off_or_missing_are_named()
    {
        using var folder = new ManagedFolder(WeightFormat.Int8);
        using (var data = File.OpenWrite(folder.Data))
            data.SetLength(data.Length / 2);
        Assert.Contains("cut off", Refused(folder), StringComparison.Ordinal);
        File.Delete(folder.Data);
        Assert.Contains("model.onnx.data is missing", Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_outside_of_the_folder_are_not_read()
    {
        using var folder = new ManagedFolder(WeightFormat.Int8);
        // A name of the same length, so that the message's lengths stay right.
        Replace(folder.Graph, "model.onnx.data", "../../etc/fake.");
        Assert.Contains("outside the folder", Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_scale_that_half_precision_does_not_hold_is_refused()
    {
        using var folder = new ManagedFolder(WeightFormat.Int8);
        using (var file = OnnxTensors.Open(folder.Graph))
        {
            var tensor = file.Tensors["head.s"];
            var scale = new byte[4];
            file.Read(tensor, 0, scale);
            var bytes = File.ReadAllBytes(folder.Data);
            var at = bytes.AsSpan().IndexOf(First(file, tensor, 64));
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), BinaryPrimitives.ReadSingleLittleEndian(scale) + 1e-6f);
            File.WriteAllBytes(folder.Data, bytes);
        }
        Assert.Contains("\"head.s\" has scales", Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_model_are_refused()
    {
        using var folder = new ManagedFolder(WeightFormat.Int8);
        var graph = OnnxFile.Read(folder.Graph);
        File.WriteAllBytes(folder.Graph, [1, 2, 3]);
        Assert.Throws<FormatException>(() => ManagedWeights.Read(graph, folder.Graph, folder.Shape, 64));
    }

    [Fact]
    public void A_row_of_a_packed_matrix_is_the_weights_row()
    {
        using var folder = new ManagedFolder(WeightFormat.Int8);
        using var file = OnnxTensors.Open(folder.Graph);
        using var matrix = new PackedMatrix(file, "head", folder.Shape.Vocabulary, folder.Shape.Dim, 8);
        var expected = new RandomWeights(folder.Shape, 3).Get(LlamaWeights.Embedding);
        foreach (var row in (int[])[0, 1, 17, 511])
            Assert.All(Row(matrix, row).Select((value, i) => value - expected[(row * folder.Shape.Dim) + i]), off => Assert.InRange(MathF.Abs(off), 0, 0.01f));
    }

    private static unsafe float[] Row(PackedMatrix matrix, int row)
    {
        var values = new float[matrix.Inputs];
        fixed (float* into = values)
            matrix.Row(row, into);
        return values;
    }

    private static byte[] First(OnnxTensors file, OnnxTensor tensor, int count)
    {
        var bytes = new byte[count];
        file.Read(tensor, 0, bytes);
        return bytes;
    }

    private static string Refused(ManagedFolder folder, LlamaShape? shape = null)
    {
        var graph = OnnxFile.Read(folder.Graph);
        return Assert.Throws<FormatException>(() => ManagedWeights.Read(graph, folder.Graph, shape ?? folder.Shape, 64)).Message;
    }

    // Overwrites an attribute's value: a number below 128, or the four bytes of a float.
    private static void Attribute(string path, string name, Action<Memory<byte>> write)
    {
        var bytes = File.ReadAllBytes(path);
        byte[] key = [0x0A, (byte)name.Length, .. Encoding.UTF8.GetBytes(name)];
        var at = bytes.AsSpan().IndexOf(key) + key.Length;
        Assert.True(at > key.Length && bytes[at] is 0x15 or 0x18);
        write(bytes.AsMemory(at + 1, bytes[at] == 0x15 ? 4 : 1));
        File.WriteAllBytes(path, bytes);
    }

    private static void Replace(string path, string from, string to)
    {
        var bytes = File.ReadAllBytes(path);
        Assert.Equal(from.Length, to.Length);
        for (int at; (at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(from))) >= 0;)
            Encoding.UTF8.GetBytes(to).CopyTo(bytes, at);
        File.WriteAllBytes(path, bytes);
    }
}
