using Aigc.Models.Llama;

namespace Aigc.Inference.Engine.Adapters;

/// <summary>Where the two matrices of one projection lie; rank 0 where the adapter does not change it.</summary>
internal readonly unsafe struct LowRankMatrices(float* a, float* b, int rank)
{
    /// <summary>[rank, in].</summary>
    public float* A => a;

    /// <summary>[rank, width], scaled by alpha over rank.</summary>
    public float* B => b;

    public int Rank => rank;
}

/// <summary>
/// One adapter in memory, immutable: matrices one behind the other in the order in which a run reads them. Pinned, and kept by whoever can still use it:
/// there is no point at which it could be freed under a running row.
/// </summary>
internal sealed unsafe class AdapterWeights
{
    private const int Alignment = 64 / sizeof(float);
    private readonly float[] _values;
    private readonly LowRankMatrices[][] _matrices;

    /// <summary>Copies the matrices.</summary>
    /// <param name="sites">Projections of the model.</param>
    /// <param name="matricesOf">Gives A as [rank, in] and B as [width, rank] of a module, and its factor; null where the adapter has none.</param>
    public AdapterWeights(IReadOnlyList<AdapterSite> sites, Func<AdapterPart, (float[] A, float[] B, float Scale)?> matricesOf)
    {
        var found = sites.Select(site => site.Parts.Select(matricesOf).ToArray()).ToArray();
        var values = found.Sum(site => site.Sum(part => part is { } m ? Padded(m.A.Length) + Padded(m.B.Length) : 0L));
        _values = GC.AllocateUninitializedArray<float>(checked((int)values + Alignment), pinned: true);
        var address = (nint)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0);
        var next = (float*)((address + 63) & ~63);
        _matrices = new LowRankMatrices[sites.Count][];
        for (var site = 0; site < sites.Count; site++)
        {
            _matrices[site] = new LowRankMatrices[sites[site].Parts.Count];
            for (var part = 0; part < _matrices[site].Length; part++)
            {
                if (found[site][part] is { } m)
                    _matrices[site][part] = Place(m.A, m.B, m.Scale, sites[site].Parts[part].Width, ref next);
            }
        }
    }

    /// <summary>Bytes it takes.</summary>
    public long Bytes => _values.Length * (long)sizeof(float);

    /// <summary>The matrices of a part of a projection.</summary>
    public LowRankMatrices At(int site, int part) => _matrices[site][part];

    private static LowRankMatrices Place(float[] a, float[] b, float scale, int width, ref float* at)
    {
        var rank = b.Length / width;
        float* placedA = at, placedB = at + Padded(a.Length);
        a.CopyTo(new Span<float>(placedA, a.Length));
        for (var row = 0; row < width; row++)
        {
            for (var column = 0; column < rank; column++)
                placedB[((long)column * width) + row] = b[((long)row * rank) + column] * scale;
        }
        at = placedB + Padded(b.Length);
        return new(placedA, placedB, rank);
    }

    private static int Padded(int length) => (length + Alignment - 1) / Alignment * Alignment;
}
