using Aigc.Inference.Engine.Adapters;
using Aigc.Models.Llama;

namespace Aigc.Inference.Engine.Managed;

/// <summary>
/// What the rows' own adapters add to the projections of a step (<see cref="LowRankMatrices"/>): <see cref="Down"/>, shared out by rows of A with a meeting behind it,
/// or done by every thread for itself where the rows are few; and <see cref="Up"/>, shared out by outputs. Rows without an adapter are not touched, and a step
/// without any does nothing here.
/// </summary>
internal sealed unsafe class AdapterRows(IReadOnlyList<AdapterSite> sites, int slots, int mostRows, ManagedThreads threads, int few) : IDisposable
{
    // Tokens of a chunk that one thread takes at once.
    private const int TokensAtOnce = 32, MostParts = 3;

    private readonly AdapterWeights?[] _ofSlot = new AdapterWeights?[slots];
    private readonly AdapterSite[] _sites = [.. sites];
    // Neighbouring rows with the same adapter: a chunk is one run.
    private readonly (int First, int Count, AdapterWeights Adapter)[] _runs = new (int, int, AdapterWeights)[slots];
    private readonly bool[] _has = new bool[mostRows];
    private NativeBuffer<float>? _low;
    private int _count, _rank;
    private bool _few;

    /// <summary>The adapter that a slot's sequence uses from the next step on; null for none.</summary>
    /// <exception cref="ArgumentException">It was made for another model.</exception>
    public void Set(int slot, AdapterWeights? adapter)
    {
        if (adapter is not null && adapter.Sites != _sites.Length)
            throw new ArgumentException($"The adapter changes {adapter.Sites} projections and the model has {_sites.Length}.", nameof(adapter));
        if (adapter?.MostRank > _rank)
        {
            _low?.Dispose();
            (_rank, _low) = (adapter.MostRank, new(((long)_has.Length + (threads.Count * few)) * MostParts * adapter.MostRank));
        }
        _ofSlot[slot] = adapter;
    }

    /// <summary>The next step is a chunk of a slot.</summary>
    public void BeginChunk(int slot, int tokens)
    {
        Clear(tokens);
        Take(0, tokens, _ofSlot[slot]);
    }

    /// <summary>The next step is a token of each of the first slots.</summary>
    public void BeginRows(int rows)
    {
        Clear(rows);
        for (var first = 0; first < rows;)
        {
            var end = first + 1;
            while (end < rows && _ofSlot[end] == _ofSlot[first])
                end++;
            Take(first, end - first, _ofSlot[first]);
            first = end;
        }
    }

    /// <summary>Whether a row of this step has an adapter: its projections' inputs are then needed as floats.</summary>
    public bool Has(int row) => _has[row];

    /// <summary>Whether the step's adapters have something at a projection.</summary>
    public bool At(int site)
    {
        for (var run = 0; run < _count; run++)
        {
            if (Items(run, site) > 0)
                return true;
        }
        return false;
    }

    /// <summary>One thread's share of A·x, or all of it where the rows are few.</summary>
    /// <param name="site">Projection.</param>
    /// <param name="id">Thread.</param>
    /// <param name="x">The projection's inputs.</param>
    /// <param name="stride">From row to row of them.</param>
    public void Down(int site, int id, float* x, int stride)
    {
        var total = 0L;
        for (var run = 0; run < _count; run++)
            total += Items(run, site);
        var (at, first, end) = _few ? (0L, 0L, total) : (0L, total * id / threads.Count, total * (id + 1) / threads.Count);
        for (var run = 0; run < _count && at < end; run++)
        {
            var (row, count, adapter) = _runs[run];
            for (var token = 0; token < count; token += TokensAtOnce)
            {
                for (var part = 0; part < _sites[site].Parts.Count; part++)
                {
                    ref readonly var matrices = ref adapter.At(site, part);
                    var (from, to) = ((int)Math.Clamp(first - at, 0, matrices.Quads), (int)Math.Clamp(end - at, 0, matrices.Quads));
                    at += matrices.Quads;
                    if (from < to)
                        matrices.Down(x + ((long)(row + token) * stride), stride, Math.Min(TokensAtOnce, count - token), from, to, Low(id, row + token, part), MostParts * _rank);
                }
            }
        }
    }

    /// <summary>Waits until what the others have prepared is there, where they have.</summary>
    public void Meet()
    {
        if (!_few)
            threads.Meet();
    }

    /// <summary>Adds what <see cref="Down"/> has prepared to some of the outputs of a projection.</summary>
    /// <param name="site">Projection.</param>
    /// <param name="id">Thread.</param>
    /// <param name="first">First 32 of outputs; of every part where they lie in turns.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="inTurns">Whether 32 outputs of each part follow one another.</param>
    /// <param name="y">Outputs of row 0.</param>
    /// <param name="stride">From row to row of them.</param>
    public void Up(int site, int id, int first, int end, bool inTurns, float* y, int stride)
    {
        const int Block = LowRankMatrices.Block;
        var parts = _sites[site].Parts;
        for (var run = 0; run < _count; run++)
        {
            var (row, count, adapter) = _runs[run];
            for (var part = 0; part < parts.Count; part++)
            {
                ref readonly var matrices = ref adapter.At(site, part);
                if (matrices.Rank == 0)
                    continue;
                var before = inTurns ? 0 : parts[part].Offset / Block;
                var start = y + ((long)row * stride) + (inTurns ? part * Block : parts[part].Offset);
                matrices.Up(Low(id, row, part), MostParts * _rank, count, Math.Clamp(first - before, 0, matrices.Panels), Math.Clamp(end - before, 0, matrices.Panels),
                    start, stride, inTurns ? parts.Count * Block : Block);
            }
        }
    }

    public void Dispose() => _low?.Dispose();

    private float* Low(int id, int row, int part) =>
        (float*)_low!.Address((((_few ? (long)_has.Length + (id * few) + row : row) * MostParts) + part) * _rank);

    private long Items(int run, int site)
    {
        var (_, count, adapter) = _runs[run];
        var quads = 0L;
        for (var part = 0; part < _sites[site].Parts.Count; part++)
            quads += adapter.At(site, part).Quads;
        return quads * ((count + TokensAtOnce - 1) / TokensAtOnce);
    }

    private void Clear(int rows)
    {
        // What a run would still hold is an adapter that may be gone.
        Array.Clear(_runs);
        Array.Clear(_has);
        (_count, _few) = (0, rows <= few);
    }

    private void Take(int first, int count, AdapterWeights? adapter)
    {
        if (adapter is not { MostRank: > 0 })
            return;
        _runs[_count++] = (first, count, adapter);
        Array.Fill(_has, true, first, count);
    }
}
