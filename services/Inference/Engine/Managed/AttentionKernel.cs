using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Aigc.Inference.Engine.Managed;

/// <summary>Attention of one query head over the first tokens of one slot's head. Keys and values lie as <see cref="ManagedCache"/> has them.</summary>
internal static unsafe class AttentionKernel
{
    private const int Tile = ManagedCache.Tile;

    /// <summary>softmax(q·k / √width)·v.</summary>
    /// <param name="query">The head's query, turned.</param>
    /// <param name="keys">Keys in tiles.</param>
    /// <param name="values">Values by token.</param>
    /// <param name="count">Tokens, the query's own among them.</param>
    /// <param name="width">Of a head; a multiple of 32.</param>
    /// <param name="scores">Workspace, a float a token, in whole tiles.</param>
    /// <param name="output">As wide as the query.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* query, float* keys, float* values, int count, int width, float* scores, float* output)
    {
        var tiles = (count + Tile - 1) / Tile;
        var largest = Vector512.Create(Score(query, keys, tiles, count, width, scores));
        var sums = Vector512<float>.Zero;
        for (var tile = 0; tile < tiles; tile++)
        {
            var e = Vector512.Exp(Vector512.Load(scores + (tile * Tile)) - largest);
            e.Store(scores + (tile * Tile));
            sums += e;
        }
        var inverse = Vector512.Create(1 / Lanes.Sum(sums));
        var i = 0;
        for (; i + (4 * Tile) <= width; i += 4 * Tile)
            Mix64(scores, values + i, count, width, inverse, output + i);
        if (i < width)
            Mix32(scores, values + i, count, width, inverse, output + i);
    }

    // Scores of all tokens; gives the largest. Behind the last token lies what a longer sequence has left there: it gets no weight.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Score(float* query, float* keys, int tiles, int count, int width, float* scores)
    {
        var scale = Vector512.Create(1 / MathF.Sqrt(width));
        var largest = Vector512.Create(float.NegativeInfinity);
        for (var tile = 0; tile < tiles; tile++)
        {
            var key = keys + ((long)tile * Tile * width);
            Vector512<float> a = default, b = default, c = default, d = default;
            for (var i = 0; i < width; i += 4, key += 4 * Tile)
            {
                a = Vector512.FusedMultiplyAdd(Vector512.Create(query[i]), Vector512.Load(key), a);
                b = Vector512.FusedMultiplyAdd(Vector512.Create(query[i + 1]), Vector512.Load(key + Tile), b);
                c = Vector512.FusedMultiplyAdd(Vector512.Create(query[i + 2]), Vector512.Load(key + (2 * Tile)), c);
                d = Vector512.FusedMultiplyAdd(Vector512.Create(query[i + 3]), Vector512.Load(key + (3 * Tile)), d);
            }
            var score = (a + b + (c + d)) * scale;
            if (tile == tiles - 1)
            {
                var there = Vector512.LessThan(Vector512<int>.Indices + Vector512.Create(tile * Tile), Vector512.Create(count));
                score = Vector512.ConditionalSelect(there.AsSingle(), score, Vector512.Create(float.NegativeInfinity));
            }
            score.Store(scores + (tile * Tile));
            largest = Vector512.Max(largest, score);
        }
        return Lanes.Max(largest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix64(float* weights, float* values, int count, int width, Vector512<float> inverse, float* output)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        for (var token = 0; token < count; token++, values += width)
        {
            var weight = Vector512.Create(weights[token]);
            a = Vector512.FusedMultiplyAdd(weight, Vector512.Load(values), a);
            b = Vector512.FusedMultiplyAdd(weight, Vector512.Load(values + Tile), b);
            c = Vector512.FusedMultiplyAdd(weight, Vector512.Load(values + (2 * Tile)), c);
            d = Vector512.FusedMultiplyAdd(weight, Vector512.Load(values + (3 * Tile)), d);
        }
        (a * inverse).Store(output);
        (b * inverse).Store(output + Tile);
        (c * inverse).Store(output + (2 * Tile));
        (d * inverse).Store(output + (3 * Tile));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix32(float* weights, float* values, int count, int width, Vector512<float> inverse, float* output)
    {
        Vector512<float> a = default, b = default;
        for (var token = 0; token < count; token++, values += width)
        {
            var weight = Vector512.Create(weights[token]);
            a = Vector512.FusedMultiplyAdd(weight, Vector512.Load(values), a);
            b = Vector512.FusedMultiplyAdd(weight, Vector512.Load(values + Tile), b);
        }
        (a * inverse).Store(output);
        (b * inverse).Store(output + Tile);
    }
}
