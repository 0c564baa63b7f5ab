using Aigc.Inference.Engine.Adapters;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Aigc.Inference.Engine;

/// <summary>
/// ONNX Runtime with a cache of its own: one native arena a layer for keys and one for values, <c>[slots, kv heads, slot length, head width]</c> fp32; the same
/// memory is bound as past and present, so attention appends in place. Bindings are kept by (first slot, rows, tokens a row): a decode step
/// with known rows allocates no managed memory.
/// </summary>
internal sealed class OrtDecoderBackend : IDecoderBackend
{
    private readonly InferenceSession _session;
    private readonly DecoderGraph _graph;
    private readonly OrtOptions _options;
    private readonly RunOptions _run = new();
    private readonly Dictionary<(int Slot, int Rows, int Tokens), BoundRun> _bound = [];
    private readonly NativeBuffer<float>[] _keys;
    private readonly NativeBuffer<float>[] _values;
    private readonly NativeBuffer<long> _ids;
    private readonly NativeBuffer<int> _seqLensK;
    private readonly NativeBuffer<int> _total = new(1);
    private readonly NativeBuffer<long> _rows;
    private readonly NativeBuffer<float> _logits;

    /// <summary>Takes over <paramref name="session"/>.</summary>
    public OrtDecoderBackend(InferenceSession session, DecoderGraph graph, OrtOptions options, string device)
    {
        (_session, _graph, _options, Device) = (session, graph, options, device);
        _keys = Arena();
        _values = Arena();
        _ids = new(Math.Max(options.Slots, Math.Max(options.ChunkAlone, options.ChunkShared)));
        _seqLensK = new(options.Slots);
        _rows = new(options.Slots);
        _logits = new((long)options.Slots * graph.Vocabulary);
    }

    public int Slots => _options.Slots;

    public int SlotLength => _options.SlotLength;

    public int VocabularySize => _graph.Vocabulary;

    public long KvBytes => _keys.Sum(layer => layer.Bytes) + _values.Sum(layer => layer.Bytes);

    public string Device { get; }

    /// <summary>The operator of a session that takes adapters; disposed after the session.</summary>
    public AdapterOperator? Adapters { get; init; }

    public void Adapt(int slot, AdapterWeights? adapter)
    {
        if (Adapters is not null)
            Adapters.Run[slot] = adapter;
        else if (adapter is not null)
            throw new NotSupportedException("This model takes no adapters.");
    }

    public void Prefill(int slot, ReadOnlySpan<int> tokens, int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Slots, nameof(slot));
        var (seqLenK, total) = GroupQueryStep.Prefill(position, tokens.Length, SlotLength);
        GroupQueryStep.CopyTokens(tokens, VocabularySize, _ids.Slice(0, tokens.Length));
        _seqLensK.Slice(0, 1)[0] = seqLenK;
        _total.Slice(0, 1)[0] = total;
        _rows.Slice(0, 1)[0] = tokens.Length - 1;
        Run(slot, 1, tokens.Length, keep: tokens.Length == _options.ChunkAlone || tokens.Length == _options.ChunkShared);
    }

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(lengths.Length, tokens.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, Slots, nameof(tokens));
        _total.Slice(0, 1)[0] = GroupQueryStep.Decode(lengths, SlotLength, _seqLensK.Slice(0, lengths.Length));
        GroupQueryStep.CopyTokens(tokens, VocabularySize, _ids.Slice(0, tokens.Length));
        var rows = _rows.Slice(0, tokens.Length);
        for (var row = 0; row < rows.Length; row++)
            rows[row] = row;
        Run(0, tokens.Length, 1, keep: true);
    }

    public Span<float> Logits(int row) => _logits.Slice((long)row * VocabularySize, VocabularySize);

    public void Move(int from, int to, int length)
    {
        // A head's tokens lie together, heads apart by the slot length: only what is filled is copied.
        var (slot, head, filled) = (_graph.SlotValues(SlotLength), (long)SlotLength * _graph.HeadDim, length * _graph.HeadDim);
        for (var h = 0; h < _graph.KvHeads; h++)
        {
            foreach (var layer in _keys)
                layer.Slice((from * slot) + (h * head), filled).CopyTo(layer.Slice((to * slot) + (h * head), filled));
            foreach (var layer in _values)
                layer.Slice((from * slot) + (h * head), filled).CopyTo(layer.Slice((to * slot) + (h * head), filled));
        }
    }

    public void Dispose()
    {
        foreach (var bound in _bound.Values)
            bound.Dispose();
        _run.Dispose();
        _session.Dispose();
        Adapters?.Dispose();
        foreach (IDisposable buffer in (IDisposable[])[.. _keys, .. _values, _ids, _seqLensK, _total, _rows, _logits])
            buffer.Dispose();
    }

    private NativeBuffer<float>[] Arena() =>
        [.. Enumerable.Range(0, _graph.Layers).Select(_ => new NativeBuffer<float>(_options.Slots * _graph.SlotValues(_options.SlotLength)))];

    private void Run(int slot, int rows, int tokens, bool keep)
    {
        Adapters?.Run.Begin(slot, rows, tokens);
        // Binding an input for another device copies it there and then: such bindings cannot be reused after the host memory changed.
        if (!keep || Device != "cpu")
        {
            using var once = Bind(slot, rows, tokens);
            _session.RunWithBinding(_run, once.Binding);
            return;
        }
        if (!_bound.TryGetValue((slot, rows, tokens), out var bound))
            _bound[(slot, rows, tokens)] = bound = Bind(slot, rows, tokens);
        _session.RunWithBinding(_run, bound.Binding);
    }

    private BoundRun Bind(int slot, int rows, int tokens)
    {
        var bound = new BoundRun(_session.CreateIoBinding());
        bound.Input("input_ids", TensorElementType.Int64, _ids.Address(), sizeof(long), rows, tokens);
        bound.Input("seqlens_k", TensorElementType.Int32, _seqLensK.Address(), sizeof(int), rows);
        bound.Input("total_sequence_length", TensorElementType.Int32, _total.Address(), sizeof(int), 1);
        bound.Input("logit_rows", TensorElementType.Int64, _rows.Address(), sizeof(long), rows);
        bound.Output("logits", TensorElementType.Float, _logits.Address(), sizeof(float), rows, VocabularySize);
        var start = slot * _graph.SlotValues(SlotLength);
        for (var layer = 0; layer < _graph.Layers; layer++)
        {
            Cache(bound, $"{layer}.key", _keys[layer].Address(start), rows);
            Cache(bound, $"{layer}.value", _values[layer].Address(start), rows);
        }
        return bound;
    }

    private void Cache(BoundRun bound, string name, nint address, int rows) =>
        bound.InPlace("past_key_values." + name, "present." + name, address, rows, _graph.KvHeads, SlotLength, _graph.HeadDim);
}
