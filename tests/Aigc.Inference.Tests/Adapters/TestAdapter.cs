using Aigc.Inference.Engine.Adapters;
using Aigc.Models.Folders;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Adapters;

/// <summary>An adapter with random matrices for <see cref="NanoModel"/>, and its base with the adapter merged into the weights: what must come out.</summary>
internal sealed class TestAdapter : IWeights
{
    private static readonly LlamaShape Shape = NanoModel.Shape;
    private readonly IWeights _base;
    private readonly float _scale;

    public TestAdapter(int seed, int rank = 4, double alpha = 8, Func<string, bool>? only = null, int baseSeed = 1)
    {
        (Rank, Alpha, _base, _scale) = (rank, alpha, new RandomWeights(Shape, baseSeed), (float)(alpha / rank));
        var random = new Random(seed);
        foreach (var site in LlamaAdapters.Sites(Shape))
        {
            foreach (var part in site.Parts.Where(part => only?.Invoke(part.Module) ?? true))
                Modules[part.Module] = new(Values(rank * site.In, 1 / Math.Sqrt(site.In)), Values(part.Width * rank, 0.3));
        }

        float[] Values(int count, double spread) => [.. Enumerable.Range(0, count).Select(_ => (float)(((random.NextDouble() * 2) - 1) * spread))];
    }

    public int Rank { get; }

    public double Alpha { get; }

    public Dictionary<string, AdapterMatrices> Modules { get; } = [];

    public AdapterWeights Weights => In(AdapterPrecision.Single);

    public AdapterWeights In(AdapterPrecision precision) => new(
        LlamaAdapters.Sites(Shape), precision, part => Modules.TryGetValue(part.Module, out var m) ? (m.A, m.B, _scale) : null);

    /// <summary>The merged weight: W + scale·B·A, summed in double precision.</summary>
    public float[] Get(string name)
    {
        var weight = _base.Get(name);
        if (!name.EndsWith(".weight", StringComparison.Ordinal) || !Modules.TryGetValue(name[..^".weight".Length], out var m))
            return weight;
        var inputs = m.A.Length / Rank;
        for (var row = 0; row < m.B.Length / Rank; row++)
        {
            for (var column = 0; column < inputs; column++)
            {
                var sum = 0.0;
                for (var i = 0; i < Rank; i++)
                    sum += (double)m.B[(row * Rank) + i] * m.A[(i * inputs) + column];
                weight[(row * inputs) + column] += (float)(_scale * sum);
            }
        }
        return weight;
    }

    /// <summary>Writes it as PEFT does.</summary>
    public void Write(string directory) => AdapterFolder.Write(directory, "base", Shape, Rank, Alpha, Modules);
}
