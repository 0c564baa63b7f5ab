using System.Numerics;

namespace Aigc.DataSupply.Rules;

/// <summary>Counts hashes. One instance serves document after document without allocating: only the part a document uses is cleared.</summary>
internal sealed class HashTally
{
    private ulong[] _keys = [];
    private int[] _counts = [];
    private int _mask;

    /// <summary>Forgets everything and makes room for <paramref name="items"/> hashes.</summary>
    public void Reset(int items)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, items * 2));
        if (_counts.Length < size)
        {
            _keys = new ulong[size];
            _counts = new int[size];
        }
        else
        {
            Array.Clear(_counts, 0, size);
        }

        _mask = size - 1;
    }

    /// <summary>Counts one occurrence; returns how many there are now.</summary>
    public int Add(ulong hash)
    {
        var slot = (int)hash & _mask;
        while (_counts[slot] != 0 && _keys[slot] != hash)
        {
            slot = (slot + 1) & _mask;
        }

        _keys[slot] = hash;
        return ++_counts[slot];
    }
}
