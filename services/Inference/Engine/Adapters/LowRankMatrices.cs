namespace Aigc.Inference.Engine.Adapters;

/// <summary>
/// The two matrices of one projection where they lie, in the order in which they are read; rank 0 where the adapter does not change it. A: four rows at a
/// time, by blocks of 32 inputs, <c>[rank / 4, in / 32, 4, 32]</c>. B: by panels of 32 outputs, <c>[width / 32, rank, 32]</c>. What is missing to whole
/// fours and blocks is filled with zeros.
/// </summary>
internal readonly unsafe struct LowRankMatrices
{
    /// <summary>Inputs of a block, and outputs of a panel.</summary>
    public const int Block = 32;

    /// <summary>Rows of A that are computed at once.</summary>
    public const int Quad = 4;

    public AdapterPrecision Precision { get; init; }

    public void* A { get; init; }

    public void* B { get; init; }

    /// <summary>A multiple of <see cref="Quad"/>.</summary>
    public int Rank { get; init; }

    public int In { get; init; }

    public int Width { get; init; }

    /// <summary>Alpha over rank.</summary>
    public float Scale { get; init; }

    /// <summary>Fours of rows of A.</summary>
    public int Quads => Rank / Quad;

    /// <summary>Panels of B.</summary>
    public int Panels => (Width + Block - 1) / Block;

    /// <summary>low = scale · A·x of some fours of rows, token by token.</summary>
    /// <param name="x">Inputs.</param>
    /// <param name="stride">From token to token of them.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="firstQuad">First four.</param>
    /// <param name="endQuad">Behind the last.</param>
    /// <param name="low">As long as the rank.</param>
    /// <param name="lowStride">From token to token of it.</param>
    public void Down(float* x, int stride, int tokens, int firstQuad, int endQuad, float* low, int lowStride)
    {
        if (Precision == AdapterPrecision.Half)
            LowRankKernels<HalfValue>.Down(this, x, stride, tokens, firstQuad, endQuad, low, lowStride);
        else
            LowRankKernels<SingleValue>.Down(this, x, stride, tokens, firstQuad, endQuad, low, lowStride);
    }

    /// <summary>y += Bᵀ·low of some panels, token by token.</summary>
    /// <param name="low">What <see cref="Down"/> gave.</param>
    /// <param name="lowStride">From token to token of it.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="firstPanel">First panel.</param>
    /// <param name="endPanel">Behind the last.</param>
    /// <param name="y">Output 0.</param>
    /// <param name="stride">From token to token of it.</param>
    /// <param name="spacing">From panel to panel of it.</param>
    public void Up(float* low, int lowStride, int tokens, int firstPanel, int endPanel, float* y, int stride, int spacing)
    {
        if (Precision == AdapterPrecision.Half)
            LowRankKernels<HalfValue>.Up(this, low, lowStride, tokens, firstPanel, endPanel, y, stride, spacing);
        else
            LowRankKernels<SingleValue>.Up(this, low, lowStride, tokens, firstPanel, endPanel, y, stride, spacing);
    }
}
