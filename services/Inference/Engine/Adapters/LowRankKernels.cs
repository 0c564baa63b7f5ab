using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Aigc.Inference.Engine.Managed;

namespace Aigc.Inference.Engine.Adapters;

/// <summary>
/// The products of <see cref="LowRankMatrices"/>. Four tokens share a pass over the matrices where there are registers for it. Every number is made of the
/// same fused operations in the same order either way, so that it depends neither on the other tokens nor on how the work was cut.
/// </summary>
internal static unsafe class LowRankKernels<T> where T : unmanaged, ILowRankValue<T>
{
    private const int Block = LowRankMatrices.Block, Quad = LowRankMatrices.Quad, Half = Block / 2, Together = 4;

    // Matrices of many adapters come from main memory, and in many short streams: each is asked for some lines ahead.
    private const int Ahead = 2048, Line = 64;

    /// <summary><see cref="LowRankMatrices.Down"/>.</summary>
    public static void Down(in LowRankMatrices m, float* x, int stride, int tokens, int firstQuad, int endQuad, float* low, int lowStride)
    {
        var (full, blocks) = (m.In / Block, (m.In + Block - 1) / Block);
        var rest = stackalloc float[Together * Block];
        for (var token = 0; token < tokens;)
        {
            var count = Vector512.IsHardwareAccelerated && token + Together <= tokens ? Together : 1;
            var (from, to) = ((nint)(x + ((long)token * stride)), (nint)(low + ((long)token * lowStride)));
            for (var i = 0; i < count && full < blocks; i++)
                new ReadOnlySpan<float>((float*)from + ((long)i * stride) + (full * Block), m.In % Block).CopyTo(new(rest + (i * Block), Block));
            for (var quad = firstQuad; quad < endQuad; quad++)
            {
                var a = (T*)m.A + ((long)quad * blocks * Quad * Block);
                if (count == Together)
                    DownFour(a, (float*)from, stride, rest, full, blocks, m.Scale, (float*)to + (quad * Quad), lowStride);
                else
                    DownOne(a, (float*)from, rest, full, blocks, m.Scale, (float*)to + (quad * Quad));
            }
            token += count;
        }
    }

    /// <summary><see cref="LowRankMatrices.Up"/>.</summary>
    public static void Up(in LowRankMatrices m, float* low, int lowStride, int tokens, int firstPanel, int endPanel, float* y, int stride, int spacing)
    {
        var rest = stackalloc float[Block];
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var (b, to) = ((nint)((T*)m.B + ((long)panel * m.Rank * Block)), (nint)(y + ((long)panel * spacing)));
            var (width, token) = (Math.Min(Block, m.Width - (panel * Block)), 0);
            if (Vector512.IsHardwareAccelerated && width == Block)
            {
                for (; token + Together <= tokens; token += Together)
                    UpFour((T*)b, low + ((long)token * lowStride), lowStride, m.Rank, (float*)to + ((long)token * stride), stride);
            }
            for (; token < tokens; token++)
            {
                var at = (float*)to + ((long)token * stride);
                if (width == Block)
                {
                    UpOne((T*)b, low + ((long)token * lowStride), m.Rank, at);
                    continue;
                }
                // The last outputs are fewer than a panel, and what lies behind them is another's.
                new ReadOnlySpan<float>(at, width).CopyTo(new(rest, Block));
                UpOne((T*)b, low + ((long)token * lowStride), m.Rank, rest);
                new ReadOnlySpan<float>(rest, width).CopyTo(new(at, width));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DownOne(T* a, float* x, float* rest, int full, int blocks, float scale, float* low)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var b = 0; b < blocks; b++, a += Quad * Block)
        {
            Prefetch(a, Quad * Block);
            var at = b < full ? x + (b * Block) : rest;
            var (u, v) = (Vector512.Load(at), Vector512.Load(at + Half));
            s0 = Add(s0, a, u, v);
            s1 = Add(s1, a + Block, u, v);
            s2 = Add(s2, a + (2 * Block), u, v);
            s3 = Add(s3, a + (3 * Block), u, v);
        }
        Sums(s0, s1, s2, s3, scale, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DownFour(T* a, float* x, int stride, float* rest, int full, int blocks, float scale, float* low, int lowStride)
    {
        Vector512<float> p0 = default, p1 = default, p2 = default, p3 = default, q0 = default, q1 = default, q2 = default, q3 = default;
        Vector512<float> r0 = default, r1 = default, r2 = default, r3 = default, s0 = default, s1 = default, s2 = default, s3 = default;
        for (var b = 0; b < blocks; b++, a += Quad * Block)
        {
            var (at, step) = b < full ? ((nint)(x + (b * Block)), stride) : ((nint)rest, Block);
            float* w = (float*)at, y = w + step, z = y + step, o = z + step;
            var (u, v) = T.Load(a);
            Add(ref p0, ref q0, ref r0, ref s0, w, y, z, o, u, v);
            (u, v) = T.Load(a + Block);
            Add(ref p1, ref q1, ref r1, ref s1, w, y, z, o, u, v);
            (u, v) = T.Load(a + (2 * Block));
            Add(ref p2, ref q2, ref r2, ref s2, w, y, z, o, u, v);
            (u, v) = T.Load(a + (3 * Block));
            Add(ref p3, ref q3, ref r3, ref s3, w, y, z, o, u, v);
        }
        Sums(p0, p1, p2, p3, scale, low);
        Sums(q0, q1, q2, q3, scale, low + lowStride);
        Sums(r0, r1, r2, r3, scale, low + (2 * lowStride));
        Sums(s0, s1, s2, s3, scale, low + (3 * lowStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UpOne(T* b, float* low, int rank, float* y)
    {
        var (left, right) = (Vector512.Load(y), Vector512.Load(y + Half));
        for (var r = 0; r < rank; r++, b += Block)
        {
            Prefetch(b, Block);
            var (u, v) = T.Load(b);
            var factor = Vector512.Create(low[r]);
            left = Vector512.FusedMultiplyAdd(factor, u, left);
            right = Vector512.FusedMultiplyAdd(factor, v, right);
        }
        left.Store(y);
        right.Store(y + Half);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UpFour(T* b, float* low, int lowStride, int rank, float* y, int stride)
    {
        float* y1 = y + stride, y2 = y1 + stride, y3 = y2 + stride;
        var (p, q, r, s) = (Vector512.Load(y), Vector512.Load(y1), Vector512.Load(y2), Vector512.Load(y3));
        var (pp, qq, rr, ss) = (Vector512.Load(y + Half), Vector512.Load(y1 + Half), Vector512.Load(y2 + Half), Vector512.Load(y3 + Half));
        for (var i = 0; i < rank; i++, b += Block)
        {
            var (u, v) = T.Load(b);
            var factor = Vector512.Create(low[i]);
            p = Vector512.FusedMultiplyAdd(factor, u, p);
            pp = Vector512.FusedMultiplyAdd(factor, v, pp);
            factor = Vector512.Create(low[i + lowStride]);
            q = Vector512.FusedMultiplyAdd(factor, u, q);
            qq = Vector512.FusedMultiplyAdd(factor, v, qq);
            factor = Vector512.Create(low[i + (2 * lowStride)]);
            r = Vector512.FusedMultiplyAdd(factor, u, r);
            rr = Vector512.FusedMultiplyAdd(factor, v, rr);
            factor = Vector512.Create(low[i + (3 * lowStride)]);
            s = Vector512.FusedMultiplyAdd(factor, u, s);
            ss = Vector512.FusedMultiplyAdd(factor, v, ss);
        }
        p.Store(y);
        pp.Store(y + Half);
        q.Store(y1);
        qq.Store(y1 + Half);
        r.Store(y2);
        rr.Store(y2 + Half);
        s.Store(y3);
        ss.Store(y3 + Half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<float> sum, T* a, Vector512<float> x, Vector512<float> more)
    {
        var (u, v) = T.Load(a);
        return Vector512.FusedMultiplyAdd(more, v, Vector512.FusedMultiplyAdd(x, u, sum));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        ref Vector512<float> p, ref Vector512<float> q, ref Vector512<float> r, ref Vector512<float> s, float* w, float* x, float* y, float* z, Vector512<float> u, Vector512<float> v)
    {
        p = Vector512.FusedMultiplyAdd(Vector512.Load(w + Half), v, Vector512.FusedMultiplyAdd(Vector512.Load(w), u, p));
        q = Vector512.FusedMultiplyAdd(Vector512.Load(x + Half), v, Vector512.FusedMultiplyAdd(Vector512.Load(x), u, q));
        r = Vector512.FusedMultiplyAdd(Vector512.Load(y + Half), v, Vector512.FusedMultiplyAdd(Vector512.Load(y), u, r));
        s = Vector512.FusedMultiplyAdd(Vector512.Load(z + Half), v, Vector512.FusedMultiplyAdd(Vector512.Load(z), u, s));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float scale, float* low) =>
        (low[0], low[1], low[2], low[3]) = (Lanes.Sum(a) * scale, Lanes.Sum(b) * scale, Lanes.Sum(c) * scale, Lanes.Sum(d) * scale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(T* from, int count)
    {
        if (!Sse.IsSupported)
            return;
        for (var at = 0; at < count * sizeof(T); at += Line)
            Sse.Prefetch0((byte*)from + Ahead + at);
    }
}
