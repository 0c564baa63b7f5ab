using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Aigc.Inference.Engine;

/// <summary>
/// Where runs write their logits, and the rows of the last run as fp32. A graph that gives logits for every token of a prompt would fill gigabytes:
/// <see cref="MostTokens"/> says how long a chunk may be.
/// </summary>
internal sealed class LogitBuffer : IDisposable
{
    private const long LargestRun = 64 << 20;

    private readonly NativeBuffer<byte> _raw;
    private readonly NativeBuffer<float>? _rows; // of graphs in half precision, and of rows that are run one by one
    private readonly int _vocabulary;
    private int _first;
    private bool _direct;

    public LogitBuffer(DecoderGraph graph, OrtOptions options, bool rowByRow = false)
    {
        (_vocabulary, Type) = (graph.Vocabulary, graph.Layout.LogitType);
        ElementSize = DecoderLayout.SizeOf(Type);
        var perToken = (long)_vocabulary * ElementSize;
        var longest = Math.Max(options.ChunkAlone, options.ChunkShared);
        MostTokens = graph.Layout.Rows == LogitRows.All ? (int)Math.Clamp(LargestRun / perToken, 1, longest) : longest;
        _raw = new(Math.Max(options.LogitRows, graph.Layout.Rows == LogitRows.All ? MostTokens : 1) * perToken);
        _rows = Type == TensorElementType.Float && !rowByRow ? null : new((long)options.LogitRows * _vocabulary);
    }

    public TensorElementType Type { get; }

    public int ElementSize { get; }

    /// <summary>Most tokens of one row in a run.</summary>
    public int MostTokens { get; }

    /// <summary>For a binding.</summary>
    public nint Address => _raw.Address();

    /// <summary>The run is over: its rows from <paramref name="first"/> on are rows 0 … count−1 now.</summary>
    public void Take(int first, int count)
    {
        _direct = Type == TensorElementType.Float;
        _first = first;
        for (var row = 0; row < count && !_direct; row++)
            TakeRow(first + row, row);
    }

    /// <summary>The run is over: one of its rows is kept as another row.</summary>
    public void TakeRow(int from, int to)
    {
        _direct = false;
        var row = _raw.Slice((long)from * _vocabulary * ElementSize, _vocabulary * ElementSize);
        var into = _rows!.Slice((long)to * _vocabulary, _vocabulary);
        if (Type == TensorElementType.Float)
            MemoryMarshal.Cast<byte, float>(row).CopyTo(into);
        else
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(row), into);
    }

    public Span<float> Row(int row)
    {
        if (!_direct)
            return _rows!.Slice((long)row * _vocabulary, _vocabulary);
        return MemoryMarshal.Cast<byte, float>(_raw.Slice((long)(_first + row) * _vocabulary * ElementSize, _vocabulary * ElementSize));
    }

    public void Dispose()
    {
        _raw.Dispose();
        _rows?.Dispose();
    }
}
