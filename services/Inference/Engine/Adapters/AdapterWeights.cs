using System.Runtime.InteropServices;
using Aigc.Models.Llama;

namespace Aigc.Inference.Engine.Adapters;

/// <summary>
/// One adapter in memory, immutable: matrices one behind the other in the order in which a run reads them. Pinned, and kept by whoever can still use it:
/// there is no point at which it could be freed under a running row.
/// </summary>
internal sealed unsafe class AdapterWeights
{
    private const int Line = 64, Block = LowRankMatrices.Block, Quad = LowRankMatrices.Quad;
    private readonly long[] _values;
    private readonly LowRankMatrices[][] _matrices;

    /// <summary>Copies the matrices.</summary>
    /// <param name="sites">Projections of the model.</param>
    /// <param name="precision">How they are kept.</param>
    /// <param name="matricesOf">Gives A as [rank, in] and B as [width, rank] of a module, and its factor; null where the adapter has none.</param>
    public AdapterWeights(IReadOnlyList<AdapterSite> sites, AdapterPrecision precision, Func<AdapterPart, (float[] A, float[] B, float Scale)?> matricesOf)
    {
        (_matrices, var bytes) = Plan(sites, precision, matricesOf);
        MostRank = _matrices.SelectMany(site => site).Select(part => part.Rank).DefaultIfEmpty().Max();
        _values = GC.AllocateArray<long>(checked((int)((bytes + Line) / sizeof(long))), pinned: true);
        var next = (byte*)((Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0) + Line - 1) & ~(nint)(Line - 1));
        for (var site = 0; site < sites.Count; site++)
        {
            for (var part = 0; part < _matrices[site].Length; part++)
            {
                if (matricesOf(sites[site].Parts[part]) is { } m)
                    next = Place(ref _matrices[site][part], m.A, m.B, next);
            }
        }
    }

    /// <summary>Bytes it will take.</summary>
    public static long BytesOf(IReadOnlyList<AdapterSite> sites, AdapterPrecision precision, Func<AdapterPart, (float[] A, float[] B, float Scale)?> matricesOf) =>
        (Plan(sites, precision, matricesOf).Bytes + Line) / sizeof(long) * sizeof(long);

    /// <summary>Bytes it takes.</summary>
    public long Bytes => _values.Length * (long)sizeof(long);

    /// <summary>Projections it was made for.</summary>
    public int Sites => _matrices.Length;

    /// <summary>The largest rank, filled up to whole fours.</summary>
    public int MostRank { get; }

    /// <summary>The matrices of a part of a projection.</summary>
    public ref readonly LowRankMatrices At(int site, int part) => ref _matrices[site][part];

    private static (LowRankMatrices[][] Matrices, long Bytes) Plan(
        IReadOnlyList<AdapterSite> sites, AdapterPrecision precision, Func<AdapterPart, (float[] A, float[] B, float Scale)?> matricesOf)
    {
        var bytes = 0L;
        var matrices = new LowRankMatrices[sites.Count][];
        for (var site = 0; site < sites.Count; site++)
        {
            matrices[site] = new LowRankMatrices[sites[site].Parts.Count];
            for (var part = 0; part < matrices[site].Length; part++)
            {
                if (matricesOf(sites[site].Parts[part]) is not { } m)
                    continue;
                var (inputs, width) = (sites[site].In, sites[site].Parts[part].Width);
                var rank = (m.A.Length / inputs + Quad - 1) / Quad * Quad;
                matrices[site][part] = new() { Precision = precision, Rank = rank, In = inputs, Width = width, Scale = m.Scale };
                bytes += BytesOfA(matrices[site][part]) + BytesOfB(matrices[site][part]);
            }
        }
        return (matrices, bytes);
    }

    private static byte* Place(ref LowRankMatrices m, float[] a, float[] b, byte* at)
    {
        m = m with { A = at, B = at + BytesOfA(m) };
        if (m.Precision == AdapterPrecision.Half)
            Fill<HalfValue>(m, a, b);
        else
            Fill<SingleValue>(m, a, b);
        return (byte*)m.B + BytesOfB(m);
    }

    private static void Fill<T>(in LowRankMatrices m, float[] a, float[] b) where T : unmanaged, ILowRankValue<T>
    {
        var (rank, blocks) = (a.Length / m.In, Blocks(m.In));
        for (var row = 0; row < rank; row++)
        {
            for (var i = 0; i < m.In; i++)
                T.Store((T*)m.A + (((((long)row / Quad * blocks) + (i / Block)) * Quad + (row % Quad)) * Block), i % Block, a[((long)row * m.In) + i]);
            for (var i = 0; i < m.Width; i++)
                T.Store((T*)m.B + ((((long)i / Block * m.Rank) + row) * Block), i % Block, b[((long)i * rank) + row]);
        }
    }

    private static int Blocks(int width) => (width + Block - 1) / Block;

    // Both are whole lines: a block is one, or two.
    private static long BytesOfA(in LowRankMatrices m) => (long)m.Rank * Blocks(m.In) * Block * SizeOf(m);

    private static long BytesOfB(in LowRankMatrices m) => (long)m.Rank * Blocks(m.Width) * Block * SizeOf(m);

    private static int SizeOf(in LowRankMatrices m) => m.Precision == AdapterPrecision.Half ? sizeof(HalfValue) : sizeof(SingleValue);
}
