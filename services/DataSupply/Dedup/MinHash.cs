using System.Buffers.Binary;
using Aigc.DataSupply.Rules;

namespace Aigc.DataSupply.Dedup;

/// <summary>
/// MinHash signatures in bands: two texts become candidates when all rows of one band agree. With 14 bands of 8 rows the chance is
/// 1−(1−s⁸)¹⁴ at similarity s: .565 at .7, .924 at .8, 1.0 at .9 (FineWeb). Seeds are fixed for all time.
/// </summary>
internal static class MinHash
{
    public const int Bands = 14;
    public const int Rows = 8;

    private static readonly ulong[] Multipliers = Seeds(1);
    private static readonly ulong[] Offsets = Seeds(2);

    /// <summary>One hash a band.</summary>
    public static ulong[] BandsOf(ReadOnlySpan<ulong> shingles)
    {
        Span<uint> minima = stackalloc uint[Bands * Rows];
        minima.Fill(uint.MaxValue);
        foreach (var shingle in shingles)
        {
            for (var i = 0; i < minima.Length; i++)
            {
                var value = (uint)(((shingle * Multipliers[i]) + Offsets[i]) >> 32);
                if (value < minima[i])
                {
                    minima[i] = value;
                }
            }
        }

        var bands = new ulong[Bands];
        for (var band = 0; band < Bands; band++)
        {
            var hash = (ulong)band;
            foreach (var row in minima.Slice(band * Rows, Rows))
            {
                hash = Words.Combine(hash, row);
            }

            bands[band] = hash;
        }

        return bands;
    }

    /// <summary>The bands as text, for a shard's rows.</summary>
    public static string Encode(ulong[] bands)
    {
        Span<byte> bytes = stackalloc byte[Bands * sizeof(ulong)];
        for (var i = 0; i < Bands; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * sizeof(ulong))..], bands[i]);
        }

        return Convert.ToBase64String(bytes);
    }

    public static ulong[] Decode(string text)
    {
        var bytes = Convert.FromBase64String(text);
        var bands = new ulong[Bands];
        for (var i = 0; i < Bands; i++)
        {
            bands[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)));
        }

        return bands;
    }

    private static ulong[] Seeds(ulong stream)
    {
        var seeds = new ulong[Bands * Rows];
        for (var i = 0; i < seeds.Length; i++)
        {
            seeds[i] = Words.Mix((stream << 32) + (ulong)i + 0x9E3779B97F4A7C15UL) | 1;
        }

        return seeds;
    }
}
