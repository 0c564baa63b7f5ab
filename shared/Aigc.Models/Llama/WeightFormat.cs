using System.Diagnostics.CodeAnalysis;

namespace Aigc.Models.Llama;

/// <summary>How the projections of an exported graph are stored. Their names are in <see cref="WeightFormats"/>.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The formats' own names.")]
public enum WeightFormat
{
    /// <summary>32-bit floats: exact, for parity checks.</summary>
    Fp32,

    /// <summary>8-bit integers with one scale for 32 weights (<c>MatMulNBits</c>): the default for serving.</summary>
    Int8,

    /// <summary>4-bit integers with one scale for 32 weights: half the bytes of int8, for a little accuracy.</summary>
    Int4,

    /// <summary>4-bit integers with one scale for 128 weights where a row divides into such blocks, for 64 or 32 where it does not.</summary>
    Int4Block128,

    /// <summary>16-bit floats throughout, activations and cache included: for GPUs.</summary>
    Fp16,
}

/// <summary>Names and layouts of the formats.</summary>
public static class WeightFormats
{
    static readonly (WeightFormat Format, string Name)[] Names =
    [
        (WeightFormat.Fp32, "fp32"), (WeightFormat.Fp16, "fp16"), (WeightFormat.Int8, "int8"),
        (WeightFormat.Int4, "int4"), (WeightFormat.Int4Block128, "int4-b128"),
    ];

    /// <summary>The name people write, such as <c>int4-b128</c>.</summary>
    public static string Name(this WeightFormat format) => Array.Find(Names, known => known.Format == format).Name;

    /// <summary>The format of that name.</summary>
    /// <exception cref="ArgumentException">No format has that name.</exception>
    public static WeightFormat Named(string name)
    {
        foreach (var (format, known) in Names)
        {
            if (known == name)
                return format;
        }

        throw new ArgumentException($"No weight format is called \"{name}\"; there are {string.Join(", ", Names.Select(known => known.Name))}.", nameof(name));
    }

    /// <summary>Bits of a quantised weight; 0 where weights are floats.</summary>
    internal static int Bits(this WeightFormat format) => format switch
    {
        WeightFormat.Int8 => 8,
        WeightFormat.Int4 or WeightFormat.Int4Block128 => 4,
        _ => 0,
    };

    /// <summary>Weights that share a scale, in rows of <paramref name="columns"/>.</summary>
    internal static int Block(this WeightFormat format, int columns) => format != WeightFormat.Int4Block128 ? BlockQuantizer.Block
        : columns % 128 == 0 ? 128
        : columns % 64 == 0 ? 64
        : BlockQuantizer.Block;
}
