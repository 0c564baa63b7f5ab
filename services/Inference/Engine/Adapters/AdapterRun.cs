using System.Runtime.InteropServices;
using Aigc.Models.Llama;

namespace Aigc.Inference.Engine.Adapters;

/// <summary>
/// What the operators of one session must know of the run they are in: its rows, and whose adapter each row uses. Set by the backend before each run,
/// read by the kernels in it.
/// </summary>
internal sealed unsafe class AdapterRun(IReadOnlyList<AdapterSite> sites, int slots)
{
    // Fewer values than this are read by one thread before another one has woken up.
    private const long WorthSharing = 1 << 17;
    private const int TokensAtOnce = 32;

    private readonly AdapterWeights?[] _ofSlot = new AdapterWeights?[slots];
    private readonly AdapterSite[] _sites = [.. sites];
    private int _first, _rows, _tokens;

    /// <summary>The adapter that a slot's sequence uses; null for none.</summary>
    public AdapterWeights? this[int slot]
    {
        get => _ofSlot[slot];
        set => _ofSlot[slot] = value;
    }

    /// <summary>The next run is about these slots.</summary>
    public void Begin(int first, int rows, int tokens) => (_first, _rows, _tokens) = (first, rows, tokens);

    /// <summary>One projection of the run. Gives the status that ONNX Runtime is answered.</summary>
    public nint Compute(int index, nint context)
    {
        var site = _sites[index];
        float* plain, input, output;
        var dimensions = stackalloc long[3] { _rows, _tokens, site.Out };
        nint status;
        if ((status = OrtNative.Input(context, 0, &plain)) != 0 || (status = OrtNative.Input(context, 1, &input)) != 0
            || (status = OrtNative.Output(context, 0, dimensions, 3, &output)) != 0)
            return status;
        if (plain != output)
            Buffer.MemoryCopy(plain, output, sizeof(float) * (long)_rows * _tokens * site.Out, sizeof(float) * (long)_rows * _tokens * site.Out);

        var pieces = stackalloc LowRankPiece[_rows * site.Parts.Count];
        var (count, work) = (0, 0L);
        for (var row = 0; row < _rows; row++)
        {
            if (_ofSlot[_first + row] is not { } adapter)
                continue;
            for (var part = 0; part < site.Parts.Count; part++)
            {
                ref readonly var matrices = ref adapter.At(index, part);
                if (matrices.Rank == 0)
                    continue;
                pieces[count++] = new()
                {
                    Matrices = matrices,
                    Stride = site.Out,
                    Input = input + ((long)row * _tokens * site.In),
                    Output = output + ((long)row * _tokens * site.Out) + site.Parts[part].Offset,
                };
                work += matrices.Rank * (long)(site.In + matrices.Width) * _tokens;
            }
        }
        return Share(context, pieces, count, work);
    }

    private nint Share(nint context, LowRankPiece* pieces, int count, long work)
    {
        var blocks = (_tokens + TokensAtOnce - 1) / TokensAtOnce;
        var job = new Job { Pieces = pieces, Blocks = blocks, Tokens = _tokens };
        if (work >= WorthSharing && count * blocks > 1)
            return OrtNative.Parallel(context, &RunPart, count * blocks, &job);
        for (var i = 0; i < count * blocks; i++)
            job.Run(i);
        return 0;
    }

    [UnmanagedCallersOnly]
    private static void RunPart(void* job, nuint index) => ((Job*)job)->Run((int)index);

    private struct Job
    {
        public LowRankPiece* Pieces;
        public int Blocks, Tokens;

        public readonly void Run(int index)
        {
            var first = index % Blocks * TokensAtOnce;
            Pieces[index / Blocks].Add(first, Math.Min(TokensAtOnce, Tokens - first));
        }
    }
}
