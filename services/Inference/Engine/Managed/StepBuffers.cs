namespace Aigc.Inference.Engine.Managed;

/// <summary>Memory of a step, for the most rows there can be. The threads of a step share it, each with its part.</summary>
internal sealed unsafe class StepBuffers : IDisposable
{
    private readonly NativeBuffer<float> _residual, _wide, _attended, _gates, _logits, _normed, _gated;
    private readonly NativeBuffer<float>[] _scores;
    private readonly QuantisedRows[] _normedFew;
    private readonly int _rows, _few, _dim, _wideWidth, _queryWidth, _gateWidth;

    public StepBuffers(ManagedWeights weights, int rows, int told, int slotLength, int threads, int few)
    {
        var shape = weights.Shape;
        (_rows, _few) = (rows, few);
        // The wide rows hold queries, keys and values, and later what is added to the residual stream; so do the gates.
        (_dim, _queryWidth, _wideWidth, _gateWidth) = (shape.Dim, shape.QueryWidth, shape.QueryWidth + (2 * shape.KeyWidth), 2 * shape.Ffn);
        LogitStride = weights.Head.Groups * PackedMatrix.Lanes;
        _residual = new((long)rows * _dim);
        _wide = new((long)rows * Math.Max(_wideWidth, _dim));
        _attended = new((long)rows * _queryWidth);
        _gates = new((long)rows * Math.Max(_gateWidth, _dim));
        _logits = new((long)told * LogitStride);
        _normed = new(((long)rows + (threads * few)) * _dim);
        _gated = new((long)rows * shape.Ffn);
        var tiles = (slotLength + ManagedCache.Tile - 1) / ManagedCache.Tile;
        _scores = [.. Enumerable.Range(0, threads).Select(_ => new NativeBuffer<float>(tiles * ManagedCache.Tile))];
        _normedFew = [.. Enumerable.Range(0, threads).Select(_ => new QuantisedRows(few, _dim, weights.Bits))];
        Normed = new(rows, _dim, weights.Bits);
        AttendedBytes = new(rows, _queryWidth, weights.Bits);
        GatedBytes = new(rows, shape.Ffn, weights.Bits);
    }

    /// <summary>Floats from row to row of the logits.</summary>
    public int LogitStride { get; }

    /// <summary>Normalised rows that all threads read.</summary>
    public QuantisedRows Normed { get; }

    /// <summary>Attention's output.</summary>
    public QuantisedRows AttendedBytes { get; }

    /// <summary>Input of the last projection of a block.</summary>
    public QuantisedRows GatedBytes { get; }

    public float* Residual(int row) => (float*)_residual.Address((long)row * _dim);

    public float* Wide(int row) => (float*)_wide.Address((long)row * _wideWidth);

    public float* Attended(int row) => (float*)_attended.Address((long)row * _queryWidth);

    public float* Gates(int row) => (float*)_gates.Address((long)row * _gateWidth);

    /// <summary>What <see cref="Normed"/> is made of, in rows that have an adapter.</summary>
    public float* NormedFloats() => (float*)_normed.Address();

    /// <summary>The same for <see cref="NormedFew"/>.</summary>
    public float* NormedFewFloats(int thread) => (float*)_normed.Address(((long)_rows + (thread * _few)) * _dim);

    /// <summary>What <see cref="GatedBytes"/> is made of, in rows that have an adapter.</summary>
    public float* GatedFloats(int row) => (float*)_gated.Address((long)row * (_gateWidth / 2));

    public float* Logits(int row) => (float*)_logits.Address((long)row * LogitStride);

    /// <summary>Scores of one thread's attention.</summary>
    public float* Scores(int thread) => (float*)_scores[thread].Address();

    /// <summary>One thread's normalised rows, where they are few.</summary>
    public QuantisedRows NormedFew(int thread) => _normedFew[thread];

    public void Dispose()
    {
        foreach (IDisposable buffer in (IDisposable[])[_residual, _wide, _attended, _gates, _logits, _normed, _gated, .. _scores, .. _normedFew, Normed, AttendedBytes, GatedBytes])
            buffer.Dispose();
    }
}
