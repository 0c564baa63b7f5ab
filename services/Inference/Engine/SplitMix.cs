namespace Aigc.Inference.Engine;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): one word of state a request, so that a request's draws depend on its seed alone and never on who
/// shares the batch. Stable across runtimes, unlike <see cref="Random"/>.
/// </summary>
internal struct SplitMix(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double NextDouble()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
