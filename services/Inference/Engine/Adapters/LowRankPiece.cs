namespace Aigc.Inference.Engine.Adapters;

/// <summary>One row's share of one projection: y += Bᵀ·(A·x) for each of its tokens. Tokens and rows do not touch one another, so that a row's
/// numbers do not depend on its batch.</summary>
internal unsafe struct LowRankPiece
{
    public LowRankMatrices Matrices;

    /// <summary>Outputs from one token to the next.</summary>
    public int Stride;

    public float* Input, Output;

    /// <summary>Adds to the outputs of some tokens.</summary>
    public readonly void Add(int first, int count)
    {
        const int AtOnce = 4;
        var low = stackalloc float[AtOnce * Matrices.Rank];
        for (var token = first; token < first + count; token += AtOnce)
        {
            var tokens = Math.Min(AtOnce, first + count - token);
            Matrices.Down(Input + ((long)token * Matrices.In), Matrices.In, tokens, 0, Matrices.Quads, low, Matrices.Rank);
            Matrices.Up(low, Matrices.Rank, tokens, 0, Matrices.Panels, Output + ((long)token * Stride), Stride, LowRankMatrices.Block);
        }
    }
}
