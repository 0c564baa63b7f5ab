using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Aigc.Inference.Engine;

/// <summary>What a graph with a growing cache cannot do; found out by <see cref="BackendProbe"/>, since no file says it.</summary>
[Flags]
internal enum GrowingLimits
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Rows of different lengths together: there is no mask, or it is not heeded.</summary>
    SingleRows = 1,

    /// <summary>Several tokens behind a past: the branch was traced with one.</summary>
    SingleTokens = 2,
}

/// <summary>
/// Plain attention: a graph that takes the past <c>[B, kv, P, d]</c> and gives back <c>[B, kv, P + S, d]</c>. Every slot's sequence lies in an arena; the
/// rows that decode lie a second time in <see cref="PackedRows"/>, padded on the left to one length, where a run's output is the next run's input. The new
/// token of every row is written back, so that the arena is always whole and the packed rows can be made anew from it when the batch changes.
/// </summary>
internal sealed class GrowingCacheBackend : IDecoderBackend
{
    private readonly InferenceSession _session;
    private readonly DecoderGraph _graph;
    private readonly OrtOptions _options;
    private readonly GrowingLimits _limits;
    private readonly RunOptions _run = new();
    private readonly CacheArena _arena;
    private readonly PackedRows _batch;
    private readonly PackedRows _single;
    private readonly LogitBuffer _logits;
    private readonly NativeBuffer<long> _ids;
    private readonly NativeBuffer<long> _positions;
    private readonly NativeBuffer<long> _mask;
    private readonly NativeBuffer<byte> _hasPast = new(1);
    private readonly NativeBuffer<long> _keep = new(1);

    /// <summary>Takes over <paramref name="session"/>.</summary>
    public GrowingCacheBackend(InferenceSession session, DecoderGraph graph, OrtOptions options, string device, GrowingLimits limits = GrowingLimits.None)
    {
        if (graph.Layout.AttentionMask is null)
            limits |= GrowingLimits.SingleRows;
        (_session, _graph, _options, Device, _limits) = (session, graph, options, device, limits);
        _arena = new(graph, options);
        _batch = new(_arena, limits.HasFlag(GrowingLimits.SingleRows) ? 0 : options.Slots);
        _single = new(_arena, 1);
        _logits = new(graph, options, rowByRow: limits.HasFlag(GrowingLimits.SingleRows));
        _ids = new(Math.Max(options.Slots, Math.Max(options.ChunkAlone, options.ChunkShared)));
        _positions = new(_ids.Length);
        _mask = new((long)options.Slots * options.SlotLength);
        _keep.Slice(0, 1)[0] = 1;
    }

    public int Slots => _options.Slots;

    public int SlotLength => _options.SlotLength;

    public int VocabularySize => _graph.Vocabulary;

    public long KvBytes => _arena.Bytes + _batch.Bytes + _single.Bytes;

    public string Device { get; }

    private DecoderLayout Layout => _graph.Layout;

    /// <summary>Bytes <see cref="KvBytes"/> will be: the arena, and twice the packed rows.</summary>
    public static long Reserved(DecoderGraph graph, OrtOptions options) =>
        CacheArena.BytesOf(graph, options, options.Slots) + (2 * CacheArena.BytesOf(graph, options, options.Slots + 1));

    public void Prefill(int slot, ReadOnlySpan<int> tokens, int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Slots, nameof(slot));
        _ = GroupQueryStep.Prefill(position, tokens.Length, SlotLength);
        while (!tokens.IsEmpty)
        {
            var most = position > 0 && _limits.HasFlag(GrowingLimits.SingleTokens) ? 1 : _logits.MostTokens;
            var part = tokens[..Math.Min(most, tokens.Length)];
            RunSlot(slot, part, position);
            tokens = tokens[part.Length..];
            position += part.Length;
            if (tokens.IsEmpty)
                _logits.Take(Layout.Rows == LogitRows.All ? part.Length - 1 : 0, 1);
        }
    }

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(lengths.Length, tokens.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, Slots, nameof(tokens));
        CheckLengths(lengths);
        if (!_limits.HasFlag(GrowingLimits.SingleRows))
        {
            RunBatch(tokens, lengths);
            _logits.Take(0, tokens.Length);
            return;
        }
        for (var row = 0; row < tokens.Length; row++)
        {
            RunSlot(row, tokens.Slice(row, 1), lengths[row]);
            _logits.TakeRow(0, row);
        }
    }

    public Span<float> Logits(int row) => _logits.Row(row);

    public void Move(int from, int to, int length)
    {
        _arena.Copy(from, to, length);
        _batch.Forget(to);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
        foreach (IDisposable part in (IDisposable[])[_arena, _batch, _single, _logits, _ids, _positions, _mask, _hasPast, _keep])
            part.Dispose();
    }

    private void CheckLengths(ReadOnlySpan<int> lengths)
    {
        ArgumentOutOfRangeException.ThrowIfZero(lengths.Length, nameof(lengths));
        foreach (var length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length, nameof(lengths));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(length, SlotLength, nameof(lengths));
        }
    }

    /// <summary>One slot alone: its past is taken from the arena, the new tokens go back there.</summary>
    private void RunSlot(int slot, ReadOnlySpan<int> tokens, int position)
    {
        GroupQueryStep.CopyTokens(tokens, VocabularySize, _ids.Slice(0, tokens.Length));
        for (var i = 0; i < tokens.Length; i++)
            _positions.Slice(i, 1)[0] = position + i;
        _mask.Slice(0, position + tokens.Length).Fill(1);
        _single.Fill(slot, position);
        Run(_single, 1, tokens.Length);
        _single.KeepNew(slot, 0, position, tokens.Length);
        _batch.Forget(slot);
    }

    private void RunBatch(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        GroupQueryStep.CopyTokens(tokens, VocabularySize, _ids.Slice(0, tokens.Length));
        _batch.Prepare(lengths);
        var width = _batch.Past + 1;
        for (var row = 0; row < lengths.Length; row++)
        {
            _positions.Slice(row, 1)[0] = lengths[row];
            var mask = _mask.Slice((long)row * width, width);
            mask[..(_batch.Past - lengths[row])].Clear();
            mask[(_batch.Past - lengths[row])..].Fill(1);
        }
        Run(_batch, lengths.Length, 1);
        for (var row = 0; row < lengths.Length; row++)
            _batch.KeepNew(row, row, lengths[row], 1);
        _batch.Advance(lengths);
    }

    private void Run(PackedRows cache, int rows, int tokens)
    {
        Debug.Assert(cache.Past + tokens <= SlotLength, "The slots are too short for the run.");
        // Every step has other shapes, so nothing can be kept bound: this layout pays with garbage what the shared buffer does not.
        using var bound = new BoundRun(_session.CreateIoBinding());
        bound.Input(Layout.InputIds, TensorElementType.Int64, _ids.Address(), sizeof(long), rows, tokens);
        if (Layout.AttentionMask is { } mask)
            bound.Input(mask, TensorElementType.Int64, _mask.Address(), sizeof(long), rows, cache.Past + tokens);
        if (Layout.PositionIds is { } positions)
            bound.Input(positions, TensorElementType.Int64, _positions.Address(), sizeof(long), rows, tokens);
        if (Layout.LogitsToKeep is { } keep)
            bound.Input(keep, TensorElementType.Int64, _keep.Address(), sizeof(long));
        if (Layout.UseCacheBranch is { } branch)
        {
            _hasPast.Slice(0, 1)[0] = cache.Past > 0 ? (byte)1 : (byte)0;
            bound.Input(branch, TensorElementType.Bool, _hasPast.Address(), sizeof(bool), 1);
        }
        bound.Output(Layout.Logits, _logits.Type, _logits.Address, _logits.ElementSize, rows, Layout.Rows == LogitRows.All ? tokens : 1, VocabularySize);
        cache.Bind(bound, rows, tokens);
        _session.RunWithBinding(_run, bound.Binding);
    }
}
