using Aigc.Inference.Engine.Adapters;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Engine.Managed;

/// <summary>
/// A decoder of our own export without ONNX Runtime, on the processor: prompts and steps by the same kernels, so that a row's logits are the same bits in any
/// company, in any chunks, with any number of threads (<c>docs/adr/0013</c>). A step allocates no managed memory.
/// </summary>
internal sealed class ManagedDecoderBackend : IDecoderBackend
{
    private readonly ManagedWeights _weights;
    private readonly ManagedCache _cache;
    private readonly ManagedDecoder _decoder;
    private readonly OrtOptions _options;
    private readonly int _mostRows;

    /// <summary>Reads and packs a folder's weights.</summary>
    /// <param name="graph">What the graph says without its values.</param>
    /// <param name="path">The graph; its values lie beside it.</param>
    /// <param name="shape">Dimensions as <c>config.json</c> has them.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="set">Instructions; null for the fastest there are.</param>
    /// <exception cref="FormatException">The kernels do not take this graph; says why.</exception>
    public ManagedDecoderBackend(OnnxFile graph, string path, LlamaShape shape, OrtOptions options, KernelSet? set = null)
    {
        if (options.SlotLength > shape.ContextLength)
            throw new FormatException($"a slot has {options.SlotLength} tokens and the model's context {shape.ContextLength}");
        (_options, _mostRows, Kernels) = (options, Math.Max(options.LogitRows, Math.Max(options.ChunkAlone, options.ChunkShared)), set ?? KernelSets.Best);
        _weights = ManagedWeights.Read(graph, path, shape, options.SlotLength);
        _cache = new(shape.Layers, options.Slots, options.SlotLength, shape.KvHeads, shape.HeadDim);
        _decoder = new(_weights, _cache, options, _mostRows, Kernels);
    }

    /// <summary>Instructions in use.</summary>
    public KernelSet Kernels { get; }

    /// <summary>Dimensions that adapters are checked against.</summary>
    public LlamaShape Shape => _weights.Shape;

    /// <summary>Bytes of the packed weights. The folder's files are read once and not kept.</summary>
    public long WeightBytes => _weights.Bytes;

    /// <summary>The threads of a step.</summary>
    public ManagedThreads Threads => _decoder.Threads;

    public int Slots => _options.Slots;

    public int SlotLength => _options.SlotLength;

    public int VocabularySize => _weights.Shape.Vocabulary;

    public long KvBytes => _cache.Bytes;

    public string Device => "cpu";

    public int MostVerified => _options.MostVerified;

    public void Prefill(int slot, ReadOnlySpan<int> tokens, int position)
    {
        CheckChunk(slot, tokens, position);
        for (; tokens.Length > _mostRows; tokens = tokens[_mostRows..], position += _mostRows)
            _decoder.Chunk(slot, tokens[.._mostRows], position);
        _decoder.Chunk(slot, tokens, position);
    }

    public void Verify(int slot, ReadOnlySpan<int> tokens, int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, MostVerified, nameof(tokens));
        CheckChunk(slot, tokens, position);
        _decoder.Chunk(slot, tokens, position, tokens.Length);
    }

    public void Adapt(int slot, AdapterWeights? adapter)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Slots, nameof(slot));
        _decoder.Adapt(slot, adapter);
    }

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(lengths.Length, tokens.Length);
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, Slots, nameof(tokens));
        foreach (var length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length, nameof(lengths));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(length, SlotLength, nameof(lengths));
        }
        CheckTokens(tokens);
        _decoder.Rows(tokens, lengths);
    }

    public Span<float> Logits(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)_options.LogitRows, nameof(row));
        return _decoder.Logits(row);
    }

    public void Move(int from, int to, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SlotLength);
        _cache.Copy(from, to, length);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        _cache.Dispose();
        _weights.Dispose();
    }

    private void CheckChunk(int slot, ReadOnlySpan<int> tokens, int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Slots, nameof(slot));
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)position + tokens.Length, SlotLength, nameof(tokens));
        CheckTokens(tokens);
    }

    // An id outside the embedding is read from whatever lies behind it.
    private void CheckTokens(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)VocabularySize, nameof(tokens));
    }
}
