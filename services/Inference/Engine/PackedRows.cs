namespace Aigc.Inference.Engine;

/// <summary>
/// Rows of a run as the graph wants them, <c>[rows, kv heads, P, head width]</c> without gaps, twice: the run reads one and writes the other, which is one token
/// longer and read by the next. Shorter rows are padded on the left with zeros. What a row holds is remembered, so that only rows that changed
/// are packed again.
/// </summary>
internal sealed class PackedRows : IDisposable
{
    // A row that left may have been much longer than those that stay: from here on its padding costs more than packing anew.
    private const int LargestExcess = 32;

    private readonly CacheArena _arena;
    private readonly NativeBuffer<byte>[][] _sides = [[], []];
    private readonly (string Past, string Present)[] _names;
    private readonly int[] _held;
    private int _side;

    /// <summary>Room for <paramref name="rows"/> rows; none for 0.</summary>
    public PackedRows(CacheArena arena, int rows)
    {
        _arena = arena;
        _names = [.. Enumerable.Range(0, arena.Graph.Layers).SelectMany(arena.Graph.Layout.CacheOf)];
        _held = new int[rows];
        if (rows == 0)
            return;
        var bytes = (long)rows * arena.Graph.KvHeads * arena.SlotLength * arena.TokenBytes;
        for (var side = 0; side < 2; side++)
            _sides[side] = [.. Enumerable.Range(0, arena.Parts).Select(_ => new NativeBuffer<byte>(bytes))];
    }

    /// <summary>Length of the past of every row, padding included.</summary>
    public int Past { get; private set; }

    public long Bytes => _sides.Sum(side => side.Sum(part => part.Bytes));

    private NativeBuffer<byte>[] From => _sides[_side];

    private NativeBuffer<byte>[] Into => _sides[1 - _side];

    /// <summary>A slot was written to: its row is packed anew before the next run.</summary>
    public void Forget(int slot)
    {
        if (slot < _held.Length)
            _held[slot] = 0;
    }

    /// <summary>One row with the first tokens of a slot.</summary>
    public void Fill(int slot, int length)
    {
        Past = length;
        Pack(slot, 0, length);
    }

    /// <summary>Makes row i hold the first <c>lengths[i]</c> tokens of slot i.</summary>
    public void Prepare(ReadOnlySpan<int> lengths)
    {
        var longest = 0;
        foreach (var length in lengths)
            longest = Math.Max(longest, length);
        if (longest > Past || Past > longest + LargestExcess || Past >= _arena.SlotLength)
        {
            Past = longest;
            Array.Clear(_held);
        }
        for (var row = 0; row < lengths.Length; row++)
        {
            if (_held[row] == lengths[row])
                continue;
            Pack(row, row, lengths[row]);
            _held[row] = lengths[row];
        }
    }

    /// <summary>Binds past and present of a run over the first rows.</summary>
    public void Bind(BoundRun bound, int rows, int tokens)
    {
        var (graph, type) = (_arena.Graph, _arena.Graph.Layout.CacheType);
        for (var part = 0; part < _names.Length; part++)
        {
            bound.Input(_names[part].Past, type, From[part].Address(), graph.Layout.CacheSize, rows, graph.KvHeads, Past, graph.HeadDim);
            bound.Output(_names[part].Present, type, Into[part].Address(), graph.Layout.CacheSize, rows, graph.KvHeads, Past + tokens, graph.HeadDim);
        }
    }

    /// <summary>Writes what a run added to a row into its slot.</summary>
    public void KeepNew(int slot, int row, int position, int count)
    {
        for (var part = 0; part < _names.Length; part++)
        {
            for (var head = 0; head < _arena.Graph.KvHeads; head++)
                Tokens(Into[part], row, head, Past + count, Past, count).CopyTo(_arena.Tokens(part, slot, head, position, count));
        }
    }

    /// <summary>The run added one token to each of these rows: what it wrote is read next.</summary>
    public void Advance(ReadOnlySpan<int> lengths)
    {
        _side = 1 - _side;
        Past++;
        // Rows behind were not run: their place in the other side is stale.
        Array.Clear(_held);
        for (var row = 0; row < lengths.Length; row++)
            _held[row] = lengths[row] + 1;
    }

    public void Dispose()
    {
        foreach (var part in _sides.SelectMany(side => side))
            part.Dispose();
    }

    private void Pack(int slot, int row, int length)
    {
        for (var part = 0; part < _names.Length; part++)
        {
            for (var head = 0; head < _arena.Graph.KvHeads; head++)
            {
                // Cleared and not only masked: nothing times a stale value that is not a number is not nothing.
                Tokens(From[part], row, head, Past, 0, Past - length).Clear();
                _arena.Tokens(part, slot, head, 0, length).CopyTo(Tokens(From[part], row, head, Past, Past - length, length));
            }
        }
    }

    private Span<byte> Tokens(NativeBuffer<byte> buffer, int row, int head, int width, int first, int count) =>
        buffer.Slice(((((long)row * _arena.Graph.KvHeads) + head) * width + first) * _arena.TokenBytes, count * _arena.TokenBytes);
}
