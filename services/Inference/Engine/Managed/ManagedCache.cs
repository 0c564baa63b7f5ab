namespace Aigc.Inference.Engine.Managed;

/// <summary>
/// Keys and values of every slot as the attention kernel reads them: keys of sixteen tokens side by side, <c>[slot, head, token/16, width, 16]</c>, so that
/// scores need no sums across lanes; values token by token, <c>[slot, head, token, width]</c>. 32-bit floats, a buffer a layer.
/// </summary>
internal sealed unsafe class ManagedCache : IDisposable
{
    /// <summary>Tokens side by side.</summary>
    public const int Tile = 16;

    private readonly NativeBuffer<float>[] _keys, _values;
    private readonly int _heads, _width, _length, _slots;

    public ManagedCache(int layers, int slots, int slotLength, int heads, int width)
    {
        (_slots, _heads, _width, _length) = (slots, heads, width, (slotLength + Tile - 1) / Tile * Tile);
        _keys = [.. Enumerable.Range(0, layers).Select(_ => new NativeBuffer<float>((long)slots * heads * _length * width))];
        _values = [.. Enumerable.Range(0, layers).Select(_ => new NativeBuffer<float>((long)slots * heads * _length * width))];
    }

    public long Bytes => _keys.Sum(layer => layer.Bytes) + _values.Sum(layer => layer.Bytes);

    /// <summary>Keys of one head of a slot.</summary>
    public float* Keys(int layer, int slot, int head) => (float*)_keys[layer].Address(Start(slot, head));

    /// <summary>Values of one head of a slot.</summary>
    public float* Values(int layer, int slot, int head) => (float*)_values[layer].Address(Start(slot, head));

    /// <summary>Puts a token's key and value in their places.</summary>
    public void Append(int layer, int slot, int head, int position, float* key, float* value)
    {
        var to = Keys(layer, slot, head) + ((long)(position / Tile) * Tile * _width) + (position % Tile);
        for (var i = 0; i < _width; i++)
            to[i * Tile] = key[i];
        new Span<float>(value, _width).CopyTo(new(Values(layer, slot, head) + ((long)position * _width), _width));
    }

    /// <summary>The first tokens of a slot over another's.</summary>
    public void Copy(int from, int to, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)from, (uint)_slots, nameof(from));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)to, (uint)_slots, nameof(to));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_length, nameof(length));
        // Whole tiles: what lies behind the last token is never read before it is written.
        var (keys, values) = ((length + Tile - 1) / Tile * Tile * _width, length * _width);
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            for (var head = 0; head < _heads; head++)
            {
                _keys[layer].Slice(Start(from, head), keys).CopyTo(_keys[layer].Slice(Start(to, head), keys));
                _values[layer].Slice(Start(from, head), values).CopyTo(_values[layer].Slice(Start(to, head), values));
            }
        }
    }

    public void Dispose()
    {
        foreach (var buffer in (NativeBuffer<float>[])[.. _keys, .. _values])
            buffer.Dispose();
    }

    private long Start(int slot, int head) => (((long)slot * _heads) + head) * _length * _width;
}
