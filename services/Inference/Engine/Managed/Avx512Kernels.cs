using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Aigc.Inference.Engine.Managed;

/// <summary>
/// The matrix kernels with 512-bit integers (AVX-512BW). There is no managed 512-bit VNNI without AVX10; none is needed. Pairs of int8 products reach
/// 127·128·2 = 32,512, eight int4 products 8·2·127·15 = 30,480: both fit the 16 bits of <c>vpmaddubsw</c> without saturation.
/// </summary>
internal static unsafe class Avx512Kernels
{
    // Weights are read once a step, from main memory: they are asked for some blocks ahead. Beyond the end it is a hint that does nothing.
    private const int Ahead = 4096;

    /// <summary>Sixteen outputs of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Int8(byte* w, ushort* s, int blocks, byte* x, float* xs, int* xc, float* y)
    {
        var ones = Vector512.Create((short)1);
        var sum = Vector512<float>.Zero;
        for (var b = 0; b < blocks; b++, w += 512, s += 16, x += 64)
        {
            for (var line = 0; line < 512; line += 64)
                Sse.Prefetch0(w + Ahead + line);
            var q = (int*)x;
            var i = Pairs8(Vector512.Load(w), q, ones) + Pairs8(Vector512.Load(w + 64), q + 1, ones);
            var j = Pairs8(Vector512.Load(w + 128), q + 2, ones) + Pairs8(Vector512.Load(w + 192), q + 3, ones);
            i += Pairs8(Vector512.Load(w + 256), q + 4, ones) + Pairs8(Vector512.Load(w + 320), q + 5, ones);
            j += Pairs8(Vector512.Load(w + 384), q + 6, ones) + Pairs8(Vector512.Load(w + 448), q + 7, ones);
            sum = Add(sum, i + j, xc[b], xs[b], Scales(s));
        }
        sum.Store(y);
    }

    /// <summary>Sixteen outputs of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Int8Four(byte* w, ushort* s, int blocks, byte* x, int rowBytes, float* xs, int* xc, float* y, int stride)
    {
        var ones = Vector512.Create((short)1);
        Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (var b = 0; b < blocks; b++, s += 16, x += 64)
        {
            int* x0 = (int*)x, x1 = (int*)(x + rowBytes), x2 = (int*)(x + (2 * rowBytes)), x3 = (int*)(x + (3 * rowBytes));
            Vector512<int> i0 = default, i1 = default, i2 = default, i3 = default;
            for (var c = 0; c < 8; c += 2, w += 128)
            {
                var (u, v) = (Vector512.Load(w), Vector512.Load(w + 64));
                i0 += Pairs8(u, x0 + c, ones);
                i1 += Pairs8(u, x1 + c, ones);
                i2 += Pairs8(u, x2 + c, ones);
                i3 += Pairs8(u, x3 + c, ones);
                i0 += Pairs8(v, x0 + c + 1, ones);
                i1 += Pairs8(v, x1 + c + 1, ones);
                i2 += Pairs8(v, x2 + c + 1, ones);
                i3 += Pairs8(v, x3 + c + 1, ones);
            }
            var scales = Scales(s);
            sum0 = Add(sum0, i0, xc[b], xs[b], scales);
            sum1 = Add(sum1, i1, xc[b + blocks], xs[b + blocks], scales);
            sum2 = Add(sum2, i2, xc[b + (2 * blocks)], xs[b + (2 * blocks)], scales);
            sum3 = Add(sum3, i3, xc[b + (3 * blocks)], xs[b + (3 * blocks)], scales);
        }
        sum0.Store(y);
        sum1.Store(y + stride);
        sum2.Store(y + (2 * stride));
        sum3.Store(y + (3 * stride));
    }

    /// <summary>Sixteen outputs of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Int4(byte* w, ushort* s, int blocks, byte* x, float* xs, int* xc, float* y)
    {
        var ones = Vector512.Create((short)1);
        var low = Vector512.Create((byte)15);
        var sum = Vector512<float>.Zero;
        for (var b = 0; b < blocks; b++, w += 256, s += 16, x += 32)
        {
            for (var line = 0; line < 256; line += 64)
                Sse.Prefetch0(w + Ahead + line);
            var (v0, v1, v2, v3) = (Vector512.Load(w), Vector512.Load(w + 64), Vector512.Load(w + 128), Vector512.Load(w + 192));
            var i = Block4(v0 & low, v1 & low, v2 & low, v3 & low, High(v0, low), High(v1, low), High(v2, low), High(v3, low), (int*)x, ones);
            sum = Add(sum, i, xc[b], xs[b], Scales(s));
        }
        sum.Store(y);
    }

    /// <summary>Sixteen outputs of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Int4Four(byte* w, ushort* s, int blocks, byte* x, int rowBytes, float* xs, int* xc, float* y, int stride)
    {
        var ones = Vector512.Create((short)1);
        var low = Vector512.Create((byte)15);
        Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (var b = 0; b < blocks; b++, w += 256, s += 16, x += 32)
        {
            var v0 = Vector512.Load(w);
            var v1 = Vector512.Load(w + 64);
            var v2 = Vector512.Load(w + 128);
            var v3 = Vector512.Load(w + 192);
            var h0 = High(v0, low);
            var h1 = High(v1, low);
            var h2 = High(v2, low);
            var h3 = High(v3, low);
            v0 &= low;
            v1 &= low;
            v2 &= low;
            v3 &= low;
            var scales = Scales(s);
            sum0 = Add(sum0, Block4(v0, v1, v2, v3, h0, h1, h2, h3, (int*)x, ones), xc[b], xs[b], scales);
            sum1 = Add(sum1, Block4(v0, v1, v2, v3, h0, h1, h2, h3, (int*)(x + rowBytes), ones), xc[b + blocks], xs[b + blocks], scales);
            sum2 = Add(sum2, Block4(v0, v1, v2, v3, h0, h1, h2, h3, (int*)(x + (2 * rowBytes)), ones), xc[b + (2 * blocks)], xs[b + (2 * blocks)], scales);
            sum3 = Add(sum3, Block4(v0, v1, v2, v3, h0, h1, h2, h3, (int*)(x + (3 * rowBytes)), ones), xc[b + (3 * blocks)], xs[b + (3 * blocks)], scales);
        }
        sum0.Store(y);
        sum1.Store(y + stride);
        sum2.Store(y + (2 * stride));
        sum3.Store(y + (3 * stride));
    }

    /// <summary>Half precision to single: the bits moved into place are the number times 2^−112, which a power of two undoes exactly, subnormal halves as well.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scales(ushort* s) =>
        ((Avx512F.ConvertToVector512Int32(Vector256.Load(s).AsInt16()) << 13) & Vector512.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector512.Create(5.192296858534828e33f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<float> sum, Vector512<int> products, int correction, float xs, Vector512<float> scales) =>
        Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(products + Vector512.Create(correction)), scales * Vector512.Create(xs), sum);

    /// <summary>Four inputs of sixteen outputs; signs lie eight numbers behind the sizes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Pairs8(Vector512<byte> w, int* x, Vector512<short> ones) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.Create(x[0]).AsByte(), (w.AsInt32() ^ Vector512.Create(x[8])).AsSByte()), ones);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> High(Vector512<byte> v, Vector512<byte> low) => (v.AsUInt16() >>> 4).AsByte() & low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Pairs4(Vector512<byte> w, int x) => Avx512BW.MultiplyAddAdjacent(w, Vector512.Create(x).AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Block4(
        Vector512<byte> l0, Vector512<byte> l1, Vector512<byte> l2, Vector512<byte> l3,
        Vector512<byte> h0, Vector512<byte> h1, Vector512<byte> h2, Vector512<byte> h3, int* x, Vector512<short> ones) =>
        Avx512BW.MultiplyAddAdjacent(
            Pairs4(l0, x[0]) + Pairs4(l1, x[1]) + (Pairs4(l2, x[2]) + Pairs4(l3, x[3])) + (Pairs4(h0, x[4]) + Pairs4(h1, x[5]) + (Pairs4(h2, x[6]) + Pairs4(h3, x[7]))), ones);
}
