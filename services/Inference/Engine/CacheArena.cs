namespace Aigc.Inference.Engine;

/// <summary>Keys and values of every slot, <c>[slots, kv heads, slot length, head width]</c> a layer, each sequence from the start of its slot.</summary>
internal sealed class CacheArena : IDisposable
{
    private readonly NativeBuffer<byte>[] _parts; // keys and values of layer 0, of layer 1, …

    public CacheArena(DecoderGraph graph, OrtOptions options)
    {
        (Graph, SlotLength) = (graph, options.SlotLength);
        _parts = [.. Enumerable.Range(0, 2 * graph.Layers).Select(_ => new NativeBuffer<byte>(options.Slots * HeadBytes * graph.KvHeads))];
    }

    public DecoderGraph Graph { get; }

    public int SlotLength { get; }

    /// <summary>Keys and values of all layers.</summary>
    public int Parts => _parts.Length;

    /// <summary>Bytes of a token in one head.</summary>
    public int TokenBytes => Graph.HeadDim * Graph.Layout.CacheSize;

    public long Bytes => _parts.Sum(part => part.Bytes);

    private long HeadBytes => (long)SlotLength * TokenBytes;

    /// <summary>Bytes of all layers for that many slots.</summary>
    public static long BytesOf(DecoderGraph graph, OrtOptions options, int slots) =>
        2L * graph.Layers * slots * graph.SlotValues(options.SlotLength) * graph.Layout.CacheSize;

    /// <summary>Tokens of one head of a slot.</summary>
    public Span<byte> Tokens(int part, int slot, int head, int first, int count) =>
        _parts[part].Slice((((long)slot * Graph.KvHeads) + head) * HeadBytes + ((long)first * TokenBytes), count * TokenBytes);

    /// <summary>The first tokens of a slot over another's.</summary>
    public void Copy(int from, int to, int length)
    {
        for (var part = 0; part < Parts; part++)
        {
            for (var head = 0; head < Graph.KvHeads; head++)
                Tokens(part, from, head, 0, length).CopyTo(Tokens(part, to, head, 0, length));
        }
    }

    public void Dispose()
    {
        foreach (var part in _parts)
            part.Dispose();
    }
}
