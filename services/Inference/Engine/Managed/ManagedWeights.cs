using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Engine.Managed;

/// <summary>Weights of one block.</summary>
internal sealed class ManagedBlock(NativeBuffer<float> attentionNorm, NativeBuffer<float> feedForwardNorm, PackedMatrix qkv, PackedMatrix output, PackedMatrix gateUp, PackedMatrix down)
{
    public NativeBuffer<float> AttentionNorm => attentionNorm;

    public NativeBuffer<float> FeedForwardNorm => feedForwardNorm;

    /// <summary>Queries, keys and values of all heads.</summary>
    public PackedMatrix Qkv => qkv;

    /// <summary>Attention's output.</summary>
    public PackedMatrix Output => output;

    /// <summary>Gate and up in turns of 32, so that whoever has computed one has the other.</summary>
    public PackedMatrix GateUp => gateUp;

    public PackedMatrix Down => down;
}

/// <summary>
/// The weights of a folder of our own export (<see cref="LlamaGraph"/>, int8 or int4), packed for the kernels. The graph must hold exactly what that export
/// writes; anything else is refused by name.
/// </summary>
internal sealed class ManagedWeights : IDisposable
{
    private static readonly string[] Operators =
    [
        "Add", "Gather", "GatherBlockQuantized", "GroupQueryAttention", "MatMulNBits", "Mul", "QuickGelu", "Reshape", "SimplifiedLayerNormalization",
        "SkipSimplifiedLayerNormalization", "Split",
    ];

    private readonly List<IDisposable> _owned = [];
    private readonly OnnxTensors _file;

    private ManagedWeights(OnnxTensors file, LlamaShape shape, int slotLength)
    {
        (_file, Shape) = (file, shape);
        Bits = BitsOf(file, shape);
        try
        {
            CheckNames();
            ManagedNodes.Check(file, shape, Bits);
            for (var layer = 0; layer < shape.Layers; layer++)
                Blocks.Add(Block(LlamaWeights.Block(layer)));
            Norm = Floats(LlamaWeights.Norm, shape.Dim);
            Head = Matrix("head", shape.Vocabulary, shape.Dim);
            Embedding = shape.TiedEmbeddings ? null : Floats("embedding", (long)shape.Vocabulary * shape.Dim);
            var half = shape.HeadDim / 2;
            FloatTensor.Find(file, "rotary_cos", (long)shape.ContextLength * half);
            FloatTensor.Find(file, "rotary_sin", (long)shape.ContextLength * half);
            Cos = Counted(FloatTensor.ReadFirst(file, "rotary_cos", (long)slotLength * half));
            Sin = Counted(FloatTensor.ReadFirst(file, "rotary_sin", (long)slotLength * half));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public LlamaShape Shape { get; }

    /// <summary>Bytes in memory.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bits of a weight: 8 or 4.</summary>
    public int Bits { get; }

    public List<ManagedBlock> Blocks { get; } = [];

    /// <summary>The last norm.</summary>
    public NativeBuffer<float> Norm { get; }

    /// <summary>From the residual stream to the logits; the embedding as well where both are one.</summary>
    public PackedMatrix Head { get; }

    /// <summary>Rows of tokens, where the head is another matrix.</summary>
    public NativeBuffer<float>? Embedding { get; }

    /// <summary>Cosines, [position, width / 2].</summary>
    public NativeBuffer<float> Cos { get; }

    /// <summary>Sines, like <see cref="Cos"/>.</summary>
    public NativeBuffer<float> Sin { get; }

    /// <summary>Reads and packs a graph's weights.</summary>
    /// <param name="graph">What the graph says without its values.</param>
    /// <param name="path">The graph.</param>
    /// <param name="shape">Dimensions as <c>config.json</c> has them.</param>
    /// <param name="slotLength">Positions that are needed; at most the context's length.</param>
    /// <exception cref="FormatException">It is not a graph of our export, or not one of that shape.</exception>
    public static ManagedWeights Read(OnnxFile graph, string path, LlamaShape shape, int slotLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slotLength, shape.ContextLength);
        CheckShape(shape);
        if (graph.Operators.FirstOrDefault(op => !Operators.Contains(op)) is { } foreign)
            throw new FormatException($"the graph uses {foreign}, which our int8 and int4 exports do not");
        using var file = OnnxTensors.Open(path);
        return new(file, shape, slotLength);
    }

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    /// <summary>Widths in whole blocks, and small enough for the kernels' numbers.</summary>
    private static void CheckShape(LlamaShape shape)
    {
        const int Widest = 1 << 20;
        if (shape.Dim > Widest || shape.Ffn > Widest || (long)shape.Heads * shape.HeadDim > Widest || (long)shape.KvHeads * shape.HeadDim > Widest)
            throw new FormatException($"the managed kernels take widths up to {Widest}");
        if (shape.Dim % PackedMatrix.Block != 0 || shape.Ffn % PackedMatrix.Block != 0 || shape.HeadDim % PackedMatrix.Block != 0)
            throw new FormatException($"the managed kernels take multiples of {PackedMatrix.Block}: hidden_size is {shape.Dim}, intermediate_size {shape.Ffn}, head_dim {shape.HeadDim}");
    }

    private static int BitsOf(OnnxTensors file, LlamaShape shape)
    {
        var head = file.Tensors.GetValueOrDefault("head.q")?.Dimensions;
        // [vocabulary, blocks, bytes of a block]: bytes of a row say how many bits a weight has.
        return head is [_, var blocks and > 0 and < 1 << 20, var bytes and > 0 and <= 128] && blocks * bytes * 8 / shape.Dim is var bits and (4 or 8)
            ? (int)bits
            : throw new FormatException("the graph has no quantised head: the managed kernels take int8 and int4 exports");
    }

    private ManagedBlock Block(string name) => new(
        Floats(name + "input_layernorm.weight", Shape.Dim),
        Floats(name + "post_attention_layernorm.weight", Shape.Dim),
        Matrix(name + "qkv", Shape.QueryWidth + (2 * Shape.KeyWidth), Shape.Dim),
        Matrix(name + "o", Shape.Dim, Shape.QueryWidth),
        Matrix(name + "gate_up", 2 * Shape.Ffn, Shape.Dim, packed => (packed / PackedMatrix.Run % 2 * Shape.Ffn) + (packed / PackedMatrix.Run / 2 * PackedMatrix.Run)),
        Matrix(name + "down", Shape.Dim, Shape.Ffn));

    private PackedMatrix Matrix(string name, int outputs, int inputs, Func<int, int>? order = null)
    {
        var matrix = Own(new PackedMatrix(_file, name, outputs, inputs, Bits, order));
        Bytes += matrix.Bytes;
        return matrix;
    }

    private NativeBuffer<float> Floats(string name, long count) => Counted(FloatTensor.Read(_file, name, count));

    private NativeBuffer<float> Counted(NativeBuffer<float> buffer)
    {
        Bytes += buffer.Bytes;
        return Own(buffer);
    }

    private T Own<T>(T buffer) where T : IDisposable
    {
        _owned.Add(buffer);
        return buffer;
    }

    /// <summary>A tensor more would be a bias or an adapter that the kernels would leave out.</summary>
    private void CheckNames()
    {
        var known = new HashSet<string>(["flat", "rotary_cos", "rotary_sin", "head.q", "head.s", LlamaWeights.Norm], StringComparer.Ordinal);
        known.UnionWith(Shape.TiedEmbeddings ? ["embedding.q", "embedding.s"] : ["embedding"]);
        foreach (var site in LlamaAdapters.Sites(Shape))
            known.UnionWith([site.Weight + ".q", site.Weight + ".s"]);
        for (var layer = 0; layer < Shape.Layers; layer++)
            known.UnionWith([LlamaWeights.Block(layer) + "input_layernorm.weight", LlamaWeights.Block(layer) + "post_attention_layernorm.weight"]);
        if (_file.Tensors.Keys.FirstOrDefault(name => !known.Contains(name)) is { } more)
            throw new FormatException($"the graph has \"{more}\", which a model of that config.json does not");
    }
}
