namespace Aigc.Inference.Engine;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): one word of state a request, so that a request's draws depend on its seed alone and never on who
/// shares the batch. Stable across runtimes, unlike <see cref="Random"/>.
/// </summary>
internal struct SplitMix(ulong seed)
{
    private ulong _state = seed;

    /// <summary>
    /// The generator of one of several answers to a request. The first has the seed itself; the others begin at hashed states, since streams whose states
    /// differ by little are one stream, shifted.
    /// </summary>
    public static SplitMix Of(ulong seed, int answer) => answer == 0 ? new(seed) : new(Mix(Mix(seed) + (uint)answer));

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double NextDouble()
    {
        _state += 0x9E3779B97F4A7C15;
        return (Mix(_state) >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
