using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Aigc.Inference.Engine.Managed;

/// <summary>What is done to a row of floats between the projections. Widths are multiples of 32. Where a processor has no 512-bit vectors the runtime makes two of one.</summary>
internal static unsafe class RowKernels
{
    private const int Width = 16;

    /// <summary>x / √(mean(x²) + epsilon) · weight, quantised; and as it is where that is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalise(float* x, float* weight, int width, float epsilon, QuantisedRows into, int row, float* plain)
    {
        var squares = Vector512<float>.Zero;
        for (var i = 0; i < width; i += Width)
        {
            var v = Vector512.Load(x + i);
            squares = Vector512.FusedMultiplyAdd(v, v, squares);
        }
        var inverse = Vector512.Create(1 / MathF.Sqrt((Lanes.Sum(squares) / width) + epsilon));
        for (var i = 0; i < width; i += 2 * Width)
        {
            var (low, high) = (Vector512.Load(x + i) * inverse * Vector512.Load(weight + i), Vector512.Load(x + i + Width) * inverse * Vector512.Load(weight + i + Width));
            into.Write(row, i / (2 * Width), low, high);
            if (plain == null)
                continue;
            low.Store(plain + i);
            high.Store(plain + i + Width);
        }
    }

    /// <summary>Turns a head by the angles of its position: pairs are i and i + width / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(float* head, int width, float* cos, float* sin)
    {
        var half = width / 2;
        for (var i = 0; i < half; i += Width)
        {
            var (a, b, c, s) = (Vector512.Load(head + i), Vector512.Load(head + half + i), Vector512.Load(cos + i), Vector512.Load(sin + i));
            ((a * c) - (b * s)).Store(head + i);
            ((b * c) + (a * s)).Store(head + half + i);
        }
    }

    /// <summary>gate · sigmoid(gate) · up of 32 gates and, behind them, 32 ups; quantised, and as it is where that is wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gate(float* both, QuantisedRows into, int row, int block, float* plain)
    {
        var (low, high) = (Silu(Vector512.Load(both)) * Vector512.Load(both + 32), Silu(Vector512.Load(both + Width)) * Vector512.Load(both + 32 + Width));
        into.Write(row, block, low, high);
        if (plain == null)
            return;
        low.Store(plain + (block * 2 * Width));
        high.Store(plain + (block * 2 * Width) + Width);
    }

    /// <summary>Quantises a row's part as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantise(float* x, int width, QuantisedRows into, int row, int block)
    {
        for (var i = 0; i < width; i += 2 * Width)
            into.Write(row, block + (i / (2 * Width)), Vector512.Load(x + i), Vector512.Load(x + i + Width));
    }

    /// <summary>to += from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* to, float* from, int width)
    {
        for (var i = 0; i < width; i += Width)
            (Vector512.Load(to + i) + Vector512.Load(from + i)).Store(to + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Silu(Vector512<float> v) => v / (Vector512<float>.One + Vector512.Exp(-v));
}
