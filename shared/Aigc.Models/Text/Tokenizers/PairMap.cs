using System.Numerics;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>
/// A map from two numbers to one, by open addressing: the merges of a byte-pair encoding and the edges of a trie. Built once, then read by
/// many threads. A third of the time and half of the memory of a dictionary, and it is asked once or more for every character.
/// </summary>
internal sealed class PairMap
{
    const ulong Free = ulong.MaxValue;
    ulong[] keys;
    int[] values;
    int shift;

    public PairMap(int expected)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expected * 2));
        (keys, values) = Empty(size, out shift);
    }

    public int Count { get; private set; }

    /// <summary>The value, or -1.</summary>
    public int Find(int first, int second)
    {
        var key = Key(first, second);
        for (var slot = Slot(key); ; slot = (slot + 1) & (keys.Length - 1))
        {
            if (keys[slot] == key)
                return values[slot];
            if (keys[slot] == Free)
                return -1;
        }
    }

    public void Set(int first, int second, int value)
    {
        if (Count * 2 >= keys.Length)
            Grow();
        Put(Key(first, second), value);
    }

    void Put(ulong key, int value)
    {
        var slot = Slot(key);
        while (keys[slot] != Free && keys[slot] != key)
            slot = (slot + 1) & (keys.Length - 1);
        Count += keys[slot] == Free ? 1 : 0;
        (keys[slot], values[slot]) = (key, value);
    }

    void Grow()
    {
        var (oldKeys, oldValues) = (keys, values);
        (keys, values) = Empty(keys.Length * 2, out shift);
        Count = 0;
        for (var i = 0; i < oldKeys.Length; i++)
        {
            if (oldKeys[i] != Free)
                Put(oldKeys[i], oldValues[i]);
        }
    }

    static (ulong[], int[]) Empty(int size, out int shift)
    {
        shift = 64 - BitOperations.Log2((uint)size);
        var keys = new ulong[size];
        Array.Fill(keys, Free);
        return (keys, new int[size]);
    }

    static ulong Key(int first, int second) => ((ulong)(uint)first << 32) | (uint)second;

    // Fibonacci hashing after a mix, since both halves are small numbers in a row.
    int Slot(ulong key) => (int)(((key ^ (key >> 29)) * 0x9E3779B97F4A7C15UL) >> shift);
}
