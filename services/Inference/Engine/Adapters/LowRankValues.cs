using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Aigc.Inference.Engine.Adapters;

/// <summary>How an adapter's matrices lie in memory.</summary>
internal enum AdapterPrecision
{
    /// <summary>As 32-bit floats: beside weights of 32 bits nothing is rounded.</summary>
    Single,

    /// <summary>
    /// As the upper halves of 32-bit floats (bfloat16): half the bytes a step reads. Beside weights of 8 or 4 bits its rounding, a share of 2⁻⁹ of what the
    /// adapter adds, is not seen.
    /// </summary>
    Half,
}

/// <summary>A number of an adapter's matrices as it lies in memory, in blocks of 32.</summary>
internal unsafe interface ILowRankValue<TSelf> where TSelf : unmanaged, ILowRankValue<TSelf>
{
    /// <summary>The first sixteen numbers of a block and the other sixteen.</summary>
    static abstract (Vector512<float> Low, Vector512<float> High) Load(TSelf* block);

    /// <summary>Puts a number in its place in a block.</summary>
    static abstract void Store(TSelf* block, int index, float value);
}

/// <summary>32 bits, in order.</summary>
internal unsafe struct SingleValue : ILowRankValue<SingleValue>
{
    private float _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Low, Vector512<float> High) Load(SingleValue* block) => (Vector512.Load((float*)block), Vector512.Load((float*)block + 16));

    public static void Store(SingleValue* block, int index, float value) => block[index]._value = value;
}

/// <summary>The upper 16 bits of a float. Number i and number i + 16 share a word, so that 32 of them are one load, a shift and a mask.</summary>
internal unsafe struct HalfValue : ILowRankValue<HalfValue>
{
    private ushort _bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Low, Vector512<float> High) Load(HalfValue* block)
    {
        var words = Vector512.Load((uint*)block);
        return ((words << 16).AsSingle(), (words & Vector512.Create(0xFFFF0000u)).AsSingle());
    }

    public static void Store(HalfValue* block, int index, float value) => block[(index % 16 * 2) + (index / 16)]._bits = Rounded(value);

    // To the nearest, halfway to even. What is not a number stays so.
    private static ushort Rounded(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((float.IsNaN(value) ? bits | 0x00400000 : bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
