using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Aigc.Inference.Engine.Managed;

/// <summary>The matrix kernels with 256-bit integers (AVX2, FMA): sixteen outputs are two vectors, done one after the other.</summary>
internal static unsafe class Avx2Kernels
{
    private const int Ahead = 4096, Half = 8;

    /// <summary>Sixteen outputs of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Int8(byte* w, ushort* s, int blocks, byte* x, float* xs, int* xc, float* y)
    {
        var ones = Vector256.Create((short)1);
        Vector256<float> sum0 = default, sum1 = default;
        for (var b = 0; b < blocks; b++, w += 512, s += 16, x += 64)
        {
            Vector256<int> i0 = default, i1 = default;
            for (var c = 0; c < 8; c++)
            {
                Sse.Prefetch0(w + Ahead + (c * 64));
                var (size, sign) = (Vector256.Create(((int*)x)[c]).AsByte(), Vector256.Create(((int*)x)[c + 8]).AsByte());
                i0 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(size, (Vector256.Load(w + (c * 64)) ^ sign).AsSByte()), ones);
                i1 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(size, (Vector256.Load(w + (c * 64) + 32) ^ sign).AsSByte()), ones);
            }
            sum0 = Add(sum0, i0, xc[b], xs[b], s);
            sum1 = Add(sum1, i1, xc[b], xs[b], s + Half);
        }
        sum0.Store(y);
        sum1.Store(y + Half);
    }

    /// <summary>Sixteen outputs of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Int4(byte* w, ushort* s, int blocks, byte* x, float* xs, int* xc, float* y)
    {
        var ones = Vector256.Create((short)1);
        var low = Vector256.Create((byte)15);
        Vector256<float> sum0 = default, sum1 = default;
        for (var b = 0; b < blocks; b++, w += 256, s += 16, x += 32)
        {
            Vector256<short> i0 = default, i1 = default;
            for (var c = 0; c < 4; c++)
            {
                Sse.Prefetch0(w + Ahead + (c * 64));
                var (first, second) = (Vector256.Create(((int*)x)[c]).AsSByte(), Vector256.Create(((int*)x)[c + 4]).AsSByte());
                var (u, v) = (Vector256.Load(w + (c * 64)), Vector256.Load(w + (c * 64) + 32));
                i0 += Avx2.MultiplyAddAdjacent(u & low, first) + Avx2.MultiplyAddAdjacent((u.AsUInt16() >>> 4).AsByte() & low, second);
                i1 += Avx2.MultiplyAddAdjacent(v & low, first) + Avx2.MultiplyAddAdjacent((v.AsUInt16() >>> 4).AsByte() & low, second);
            }
            sum0 = Add(sum0, Avx2.MultiplyAddAdjacent(i0, ones), xc[b], xs[b], s);
            sum1 = Add(sum1, Avx2.MultiplyAddAdjacent(i1, ones), xc[b], xs[b], s + Half);
        }
        sum0.Store(y);
        sum1.Store(y + Half);
    }

    // As in the 512-bit kernels: half precision by moving bits, undone by a power of two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<float> sum, Vector256<int> products, int correction, float xs, ushort* s)
    {
        var scales = ((Avx2.ConvertToVector256Int32(Vector128.Load(s).AsInt16()) << 13) & Vector256.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector256.Create(5.192296858534828e33f);
        return Fma.MultiplyAdd(Avx.ConvertToVector256Single(products + Vector256.Create(correction)), scales * Vector256.Create(xs), sum);
    }
}
