using Aigc.Inference.Engine.Adapters;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Aigc.Inference.Engine;

/// <summary>
/// ONNX Runtime with a cache of its own: one native arena a layer for keys and one for values, <c>[slots, kv heads, slot length, head width]</c> in the
/// graph's precision; the same memory is bound as past and present, so attention appends in place. Bindings are kept by (first slot, rows, tokens a row, logits
/// a row): a decode step with known rows allocates no managed memory. A graph that takes a mask instead of lengths gets one of another width in every step,
/// which costs a few dozen bytes.
/// </summary>
internal sealed class OrtDecoderBackend : IDecoderBackend
{
    private readonly InferenceSession _session;
    private readonly DecoderGraph _graph;
    private readonly OrtOptions _options;
    private readonly RunOptions _run = new();
    private readonly Dictionary<(int Slot, int Rows, int Tokens, int Logits), BoundRun> _bound = [];
    private readonly Dictionary<(int Rows, int Width), OrtValue> _masks = [];
    private readonly NativeBuffer<byte>[] _keys;
    private readonly NativeBuffer<byte>[] _values;
    private readonly NativeBuffer<long> _ids;
    private readonly NativeBuffer<int> _seqLensK;
    private readonly NativeBuffer<int> _total = new(1);
    private readonly NativeBuffer<long> _rows;
    private readonly NativeBuffer<long> _positions;
    private readonly NativeBuffer<long>? _mask;
    private readonly NativeBuffer<long> _keep = new(1);
    private readonly LogitBuffer _logits;

    /// <summary>Takes over <paramref name="session"/>.</summary>
    public OrtDecoderBackend(InferenceSession session, DecoderGraph graph, OrtOptions options, string device)
    {
        (_session, _graph, _options, Device) = (session, graph, options, device);
        _keys = Arena();
        _values = Arena();
        _ids = new(Math.Max(options.Slots, Math.Max(options.ChunkAlone, options.ChunkShared)));
        _seqLensK = new(options.Slots);
        _rows = new(options.LogitRows);
        _positions = new(_ids.Length);
        _mask = Layout.AttentionMask is null ? null : new((long)options.Slots * options.SlotLength);
        _logits = new(graph, options);
    }

    private DecoderLayout Layout => _graph.Layout;

    public int Slots => _options.Slots;

    public int SlotLength => _options.SlotLength;

    public int VocabularySize => _graph.Vocabulary;

    public long KvBytes => _keys.Sum(layer => layer.Bytes) + _values.Sum(layer => layer.Bytes);

    public string Device { get; }

    public int MostVerified => Layout switch
    {
        { Rows: LogitRows.Last, LogitsToKeep: null } => 0,
        _ => Math.Min(_options.MostVerified, _logits.MostTokens),
    };

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
        for (; tokens.Length > _logits.MostTokens; tokens = tokens[_logits.MostTokens..], position += _logits.MostTokens)
            RunChunk(slot, tokens[.._logits.MostTokens], position, logits: 1);
        RunChunk(slot, tokens, position, logits: 1);
    }

    public void Verify(int slot, ReadOnlySpan<int> tokens, int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Slots, nameof(slot));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, MostVerified, nameof(tokens));
        RunChunk(slot, tokens, position, tokens.Length);
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
        for (var row = 0; row < lengths.Length; row++)
            _positions.Slice(row, 1)[0] = lengths[row];
        Run(0, tokens.Length, 1, 1, keep: true);
        _logits.Take(0, tokens.Length);
    }

    public Span<float> Logits(int row) => _logits.Row(row);

    public void Move(int from, int to, int length)
    {
        // A head's tokens lie together, heads apart by the slot length: only what is filled is copied.
        var width = _graph.HeadDim * Layout.CacheSize;
        var (slot, head, filled) = (_graph.SlotValues(SlotLength) * Layout.CacheSize, (long)SlotLength * width, length * width);
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
        foreach (var mask in _masks.Values)
            mask.Dispose();
        _run.Dispose();
        _session.Dispose();
        Adapters?.Dispose();
        foreach (IDisposable buffer in (IDisposable[])[.. _keys, .. _values, _ids, _seqLensK, _total, _rows, _positions, _keep, _logits])
            buffer.Dispose();
        _mask?.Dispose();
    }

    private NativeBuffer<byte>[] Arena() =>
        [.. Enumerable.Range(0, _graph.Layers).Select(_ => new NativeBuffer<byte>(_options.Slots * _graph.SlotValues(_options.SlotLength) * Layout.CacheSize))];

    private void RunChunk(int slot, ReadOnlySpan<int> tokens, int position, int logits)
    {
        var (seqLenK, total) = GroupQueryStep.Prefill(position, tokens.Length, SlotLength);
        GroupQueryStep.CopyTokens(tokens, VocabularySize, _ids.Slice(0, tokens.Length));
        _seqLensK.Slice(0, 1)[0] = seqLenK;
        _total.Slice(0, 1)[0] = total;
        for (var i = 0; i < logits; i++)
            _rows.Slice(i, 1)[0] = tokens.Length - logits + i;
        for (var i = 0; i < tokens.Length; i++)
            _positions.Slice(i, 1)[0] = position + i;
        // The lengths that come again and again: whole chunks, and what a draft proposes or has to catch up with.
        Run(slot, 1, tokens.Length, logits, keep: tokens.Length == _options.ChunkAlone || tokens.Length == _options.ChunkShared || tokens.Length <= _options.MostVerified);
        _logits.Take(Layout.Rows == LogitRows.All ? tokens.Length - logits : 0, logits);
    }

    private void Run(int slot, int rows, int tokens, int logits, bool keep)
    {
        Adapters?.Run.Begin(slot, rows, tokens);
        _keep.Slice(0, 1)[0] = logits;
        // Binding an input for another device copies it there and then: such bindings cannot be reused after the host memory changed.
        if (!keep || Device != "cpu")
        {
            using var once = Bind(slot, rows, tokens, logits);
            BindMask(once, rows);
            _session.RunWithBinding(_run, once.Binding);
            return;
        }
        if (!_bound.TryGetValue((slot, rows, tokens, logits), out var bound))
            _bound[(slot, rows, tokens, logits)] = bound = Bind(slot, rows, tokens, logits);
        BindMask(bound, rows);
        _session.RunWithBinding(_run, bound.Binding);
    }

    private BoundRun Bind(int slot, int rows, int tokens, int logits)
    {
        var bound = new BoundRun(_session.CreateIoBinding());
        bound.Input(Layout.InputIds, TensorElementType.Int64, _ids.Address(), sizeof(long), rows, tokens);
        if (Layout.SeqLensK is { } lengths)
            bound.Input(lengths, TensorElementType.Int32, _seqLensK.Address(), sizeof(int), rows);
        if (Layout.TotalLength is { } total)
            bound.Input(total, TensorElementType.Int32, _total.Address(), sizeof(int), 1);
        if (Layout.LogitRowsInput is { } chosen)
            bound.Input(chosen, TensorElementType.Int64, _rows.Address(), sizeof(long), rows * logits);
        if (Layout.LogitsToKeep is { } keep)
            bound.Input(keep, TensorElementType.Int64, _keep.Address(), sizeof(long));
        if (Layout.PositionIds is { } positions)
            bound.Input(positions, TensorElementType.Int64, _positions.Address(), sizeof(long), rows, tokens);
        if (Layout.Rows == LogitRows.Chosen)
            bound.Output(Layout.Logits, _logits.Type, _logits.Address, _logits.ElementSize, rows * logits, VocabularySize);
        else
            bound.Output(Layout.Logits, _logits.Type, _logits.Address, _logits.ElementSize, rows, Layout.Rows == LogitRows.All ? tokens : logits, VocabularySize);
        var start = slot * _graph.SlotValues(SlotLength) * Layout.CacheSize;
        for (var layer = 0; layer < _graph.Layers; layer++)
        {
            var names = Layout.CacheOf(layer);
            Cache(bound, names[0], _keys[layer].Address(start), rows);
            Cache(bound, names[1], _values[layer].Address(start), rows);
        }
        return bound;
    }

    private void Cache(BoundRun bound, (string Past, string Present) names, nint address, int rows) =>
        bound.InPlace(names.Past, names.Present, Layout.CacheType, address, rows, _graph.KvHeads, SlotLength, _graph.HeadDim);

    /// <summary>
    /// The graph sums a row's ones to its length and takes the mask's width for the total: the same two numbers that <see cref="GroupQueryStep"/>
    /// gives to graphs that take them as they are.
    /// </summary>
    private void BindMask(BoundRun bound, int rows)
    {
        if (_mask is null)
            return;
        var width = _total.Slice(0, 1)[0];
        var mask = _mask.Slice(0, rows * width);
        mask.Clear();
        for (var row = 0; row < rows; row++)
            mask.Slice(row * width, _seqLensK.Slice(row, 1)[0] + 1).Fill(1);
        if (!_masks.TryGetValue((rows, width), out var value))
        {
            _masks[(rows, width)] = value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Int64, [rows, width], _mask.Address(), (long)rows * width * sizeof(long));
        }
        bound.Replace(Layout.AttentionMask!, value);
    }
}
