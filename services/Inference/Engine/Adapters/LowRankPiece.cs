using System.Runtime.Intrinsics;

namespace Aigc.Inference.Engine.Adapters;

/// <summary>One row's share of one projection: y += Bᵀ·(A·x) for each of its tokens. Tokens and rows do not touch one another, so that a row's
/// numbers do not depend on its batch.</summary>
internal unsafe struct LowRankPiece
{
    /// <summary>[rank, in].</summary>
    public float* A;

    /// <summary>[rank, width], scaled.</summary>
    public float* B;

    public int Rank, In, Width;

    /// <summary>Outputs from one token to the next.</summary>
    public int Stride;

    public float* Input, Output;

    /// <summary>Adds to the outputs of some tokens.</summary>
    public readonly void Add(int first, int count)
    {
        var low = stackalloc float[Rank];
        for (var token = first; token < first + count; token++)
        {
            Down(Input + ((long)token * In), low);
            Up(low, Output + ((long)token * Stride));
        }
    }

    // Four rows at a time: as many streams as the prefetcher follows, and one load of x for all of them.
    private readonly void Down(float* x, float* low)
    {
        var (rank, length) = (0, In);
        for (; rank + 4 <= Rank; rank += 4)
        {
            float* a = A + ((long)rank * length), b = a + length, c = b + length, d = c + length;
            Vector512<float> sumA = default, sumB = default, sumC = default, sumD = default;
            var i = 0;
            for (; i + 16 <= length; i += 16)
            {
                var value = Vector512.Load(x + i);
                sumA = Vector512.MultiplyAddEstimate(value, Vector512.Load(a + i), sumA);
                sumB = Vector512.MultiplyAddEstimate(value, Vector512.Load(b + i), sumB);
                sumC = Vector512.MultiplyAddEstimate(value, Vector512.Load(c + i), sumC);
                sumD = Vector512.MultiplyAddEstimate(value, Vector512.Load(d + i), sumD);
            }
            (low[rank], low[rank + 1], low[rank + 2], low[rank + 3]) = (Vector512.Sum(sumA), Vector512.Sum(sumB), Vector512.Sum(sumC), Vector512.Sum(sumD));
            for (; i < length; i++)
            {
                low[rank] += x[i] * a[i];
                low[rank + 1] += x[i] * b[i];
                low[rank + 2] += x[i] * c[i];
                low[rank + 3] += x[i] * d[i];
            }
        }
        for (; rank < Rank; rank++)
            low[rank] = Dot(x, A + ((long)rank * length), length);
    }

    private readonly void Up(float* low, float* y)
    {
        var i = 0;
        for (; i + 32 <= Width; i += 32)
        {
            Vector512<float> left = Vector512.Load(y + i), right = Vector512.Load(y + i + 16);
            var b = B + i;
            for (var rank = 0; rank < Rank; rank++, b += Width)
            {
                var factor = Vector512.Create(low[rank]);
                left = Vector512.MultiplyAddEstimate(factor, Vector512.Load(b), left);
                right = Vector512.MultiplyAddEstimate(factor, Vector512.Load(b + 16), right);
            }
            left.Store(y + i);
            right.Store(y + i + 16);
        }
        for (; i < Width; i++)
        {
            for (var rank = 0; rank < Rank; rank++)
                y[i] += low[rank] * B[((long)rank * Width) + i];
        }
    }

    private static float Dot(float* x, float* a, int length)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i + 16 <= length; i += 16)
            sum = Vector512.MultiplyAddEstimate(Vector512.Load(x + i), Vector512.Load(a + i), sum);
        var total = Vector512.Sum(sum);
        for (; i < length; i++)
            total += x[i] * a[i];
        return total;
    }
}
