using Aigc.Inference.Engine.Adapters;
using Aigc.Models.Llama;

namespace Aigc.Inference.Engine.Managed;

/// <summary>
/// One step over rows: a chunk of one slot's prompt, or one token of several slots. Each of the threads runs <see cref="Part"/>; they meet where one needs what
/// another has computed. What an output is made of, and in which order, depends neither on the threads nor on the other rows.
/// </summary>
internal sealed unsafe class ManagedDecoder : IDisposable
{
    // Up to here every thread normalises all rows for itself, which is sooner done than a meeting.
    private const int Few = 4;

    // Projections of a block, as LlamaAdapters.Sites has them.
    private const int SitesOfBlock = 4, Qkv = 0, Output = 1, GateUp = 2, Down = 3;

    private readonly ManagedWeights _weights;
    private readonly ManagedCache _cache;
    private readonly MatrixKernel _matrix;
    private readonly ManagedThreads _threads;
    private readonly StepBuffers _buffers;
    private readonly AdapterRows _adapters;
    private readonly LlamaShape _shape;
    private readonly (int Slot, int Position, int Token)[] _rows;
    private int _count, _firstTold;
    private bool _oneSlot;

    public ManagedDecoder(ManagedWeights weights, ManagedCache cache, OrtOptions options, int mostRows, KernelSet set)
    {
        (_weights, _cache, _shape, _matrix) = (weights, cache, weights.Shape, new(set));
        _rows = new (int, int, int)[mostRows];
        _threads = new(options.Threads, options.Spinning, "aigc-decoder", Part);
        _buffers = new(weights, mostRows, options.LogitRows, options.SlotLength, _threads.Count, Few);
        _adapters = new(LlamaAdapters.Sites(_shape), options.Slots, mostRows, _threads, Few);
    }

    /// <summary>Threads of a step.</summary>
    public ManagedThreads Threads => _threads;

    /// <summary>From the next step on a slot's rows are run with an adapter; null: without.</summary>
    public void Adapt(int slot, AdapterWeights? adapter) => _adapters.Set(slot, adapter);

    /// <summary>Appends a chunk to a slot; the rows of logits are then those of its last <paramref name="told"/> tokens.</summary>
    public void Chunk(int slot, ReadOnlySpan<int> tokens, int position, int told = 1)
    {
        for (var i = 0; i < tokens.Length; i++)
            _rows[i] = (slot, position + i, tokens[i]);
        (_count, _firstTold, _oneSlot) = (tokens.Length, tokens.Length - told, true);
        _adapters.BeginChunk(slot, tokens.Length);
        _threads.Run();
    }

    /// <summary>Appends a token to each of the first slots; row i of the logits is then slot i's.</summary>
    public void Rows(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        for (var i = 0; i < tokens.Length; i++)
            _rows[i] = (i, lengths[i], tokens[i]);
        (_count, _firstTold, _oneSlot) = (tokens.Length, 0, false);
        _adapters.BeginRows(tokens.Length);
        _threads.Run();
    }

    /// <summary>Logits of a row.</summary>
    public Span<float> Logits(int row) => new(_buffers.Logits(row), _shape.Vocabulary);

    public void Dispose()
    {
        _threads.Dispose();
        _buffers.Dispose();
        _adapters.Dispose();
    }

    private void Part(int id)
    {
        for (var row = id; row < _count; row += _threads.Count)
            Embed(_rows[row].Token, _buffers.Residual(row));
        _threads.Meet();
        for (var layer = 0; layer < _weights.Blocks.Count; layer++)
        {
            Attend(id, layer, _weights.Blocks[layer]);
            FeedForward(id, layer, _weights.Blocks[layer]);
        }
        var told = _count - _firstTold;
        Project(id, _weights.Head, Normalised(id, _weights.Norm, _firstTold, told, plain: false), told, _buffers.Logits(0), _buffers.LogitStride);
    }

    private void Embed(int token, float* into)
    {
        if (_weights.Embedding is { } rows)
            rows.Slice((long)token * _shape.Dim, _shape.Dim).CopyTo(new(into, _shape.Dim));
        else
            _weights.Head.Row(token, into);
    }

    private void Attend(int id, int layer, ManagedBlock block)
    {
        var width = _shape.HeadDim;
        var rows = Normalised(id, block.AttentionNorm, 0, _count, plain: true);
        ProjectAdapted(id, Site(layer, Qkv), block.Qkv, rows, NormedFloats(id), _buffers.Wide(0));
        _threads.Meet();
        // Rows and heads in turns: the later rows of a chunk have more to look back on.
        for (var item = id; item < _count * _shape.KvHeads; item += _threads.Count)
            Append(layer, item / _shape.KvHeads, item % _shape.KvHeads);
        // A chunk's rows look at each other's keys. Rows of different slots do not, and each thread has appended its own.
        if (_oneSlot && _count > 1)
            _threads.Meet();
        var group = _shape.Heads / _shape.KvHeads;
        for (var item = id; item < _count * _shape.KvHeads; item += _threads.Count)
        {
            var (row, head) = (item / _shape.KvHeads, item % _shape.KvHeads);
            var (keys, values) = ((nint)_cache.Keys(layer, _rows[row].Slot, head), (nint)_cache.Values(layer, _rows[row].Slot, head));
            var attended = _buffers.Attended(row) + (head * group * width);
            for (var i = 0; i < group; i++)
            {
                AttentionKernel.Run(_buffers.Wide(row) + (((head * group) + i) * width), (float*)keys, (float*)values, _rows[row].Position + 1, width,
                    _buffers.Scores(id), attended + (i * width));
            }
            RowKernels.Quantise(attended, group * width, _buffers.AttendedBytes, row, head * group * width / PackedMatrix.Block);
        }
        _threads.Meet();
        AddProjected(id, Site(layer, Output), block.Output, _buffers.AttendedBytes, _buffers.Attended(0), _buffers.Gates(0));
        _threads.Meet();
    }

    private void Append(int layer, int row, int head)
    {
        var (width, half, group) = (_shape.HeadDim, _shape.HeadDim / 2, _shape.Heads / _shape.KvHeads);
        var (slot, position, _) = _rows[row];
        var (cos, sin) = ((nint)_weights.Cos.Address((long)position * half), (nint)_weights.Sin.Address((long)position * half));
        var queries = _buffers.Wide(row) + (head * group * width);
        for (var i = 0; i < group; i++)
            RowKernels.Rotate(queries + (i * width), width, (float*)cos, (float*)sin);
        var key = _buffers.Wide(row) + _shape.QueryWidth + (head * width);
        RowKernels.Rotate(key, width, (float*)cos, (float*)sin);
        _cache.Append(layer, slot, head, position, key, key + _shape.KeyWidth);
    }

    private void FeedForward(int id, int layer, ManagedBlock block)
    {
        var rows = Normalised(id, block.FeedForwardNorm, 0, _count, plain: true);
        var site = Site(layer, GateUp);
        var adapted = _adapters.At(site);
        if (adapted)
            _adapters.Down(site, id, NormedFloats(id), _shape.Dim);
        // A block of 32 gates and its 32 ups: four sixteens of outputs, one block of the next projection's input.
        var (first, end) = Share(_shape.Ffn / PackedMatrix.Block, id);
        _matrix.Run(block.GateUp, first * 4, end * 4, rows, _count, _buffers.Gates(0), block.GateUp.Outputs);
        if (adapted)
        {
            _adapters.Meet();
            _adapters.Up(site, id, first, end, inTurns: true, _buffers.Gates(0), block.GateUp.Outputs);
        }
        for (var row = 0; row < _count; row++)
        {
            var plain = _adapters.Has(row) ? _buffers.GatedFloats(row) : null;
            for (var unit = first; unit < end; unit++)
                RowKernels.Gate(_buffers.Gates(row) + (unit * 2 * PackedMatrix.Block), _buffers.GatedBytes, row, unit, plain);
        }
        _threads.Meet();
        AddProjected(id, Site(layer, Down), block.Down, _buffers.GatedBytes, _buffers.GatedFloats(0), _buffers.Wide(0));
        _threads.Meet();
    }

    /// <summary>Norm of rows of the residual stream, quantised: all rows by each thread for itself where they are few, else in shares. Where
    /// <paramref name="plain"/> is set, rows with an adapter are kept as floats as well.</summary>
    private QuantisedRows Normalised(int id, NativeBuffer<float> weight, int first, int count, bool plain)
    {
        var (own, step) = count <= Few ? (0, 1) : (id, _threads.Count);
        var into = count <= Few ? _buffers.NormedFew(id) : _buffers.Normed;
        for (var row = own; row < count; row += step)
        {
            var floats = plain && _adapters.Has(row) ? NormedFloats(id) + ((long)row * _shape.Dim) : null;
            RowKernels.Normalise(_buffers.Residual(first + row), (float*)weight.Address(), _shape.Dim, _shape.NormEpsilon, into, row, floats);
        }
        if (count > Few)
            _threads.Meet();
        return into;
    }

    /// <summary>Where the floats of all rows' norms are.</summary>
    private float* NormedFloats(int id) => _count <= Few ? _buffers.NormedFewFloats(id) : _buffers.NormedFloats();

    private void Project(int id, PackedMatrix matrix, QuantisedRows rows, int count, float* output, int stride)
    {
        var (first, end) = Share(matrix.Groups, id);
        _matrix.Run(matrix, first, end, rows, count, output, stride);
    }

    /// <summary>A projection of all rows and what their adapters add to it; gives the thread's groups of outputs.</summary>
    private (int First, int End) ProjectAdapted(int id, int site, PackedMatrix matrix, QuantisedRows rows, float* plain, float* output)
    {
        // Panels of an adapter are two groups: they are not divided.
        const int Groups = LowRankMatrices.Block / PackedMatrix.Lanes;
        var adapted = _adapters.At(site);
        var step = adapted ? Groups : 1;
        var (first, end) = Share(matrix.Groups / step, id);
        if (adapted)
            _adapters.Down(site, id, plain, matrix.Inputs);
        _matrix.Run(matrix, first * step, end * step, rows, _count, output, matrix.Outputs);
        if (adapted)
        {
            _adapters.Meet();
            _adapters.Up(site, id, first, end, inTurns: false, output, matrix.Outputs);
        }
        return (first * step, end * step);
    }

    /// <summary>A projection back into the residual stream, by way of a workspace.</summary>
    private void AddProjected(int id, int site, PackedMatrix matrix, QuantisedRows rows, float* plain, float* workspace)
    {
        var (first, end) = ProjectAdapted(id, site, matrix, rows, plain, workspace);
        for (var row = 0; row < _count; row++)
        {
            var at = first * PackedMatrix.Lanes;
            RowKernels.Add(_buffers.Residual(row) + at, workspace + ((long)row * _shape.Dim) + at, (end - first) * PackedMatrix.Lanes);
        }
    }

    private static int Site(int layer, int projection) => (layer * SitesOfBlock) + projection;

    private (int First, int End) Share(int count, int id) => ((int)((long)count * id / _threads.Count), (int)((long)count * (id + 1) / _threads.Count));
}
