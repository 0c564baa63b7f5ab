using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Aigc.DataSupply.Recipes;

/// <summary>
/// Draws that repeat on every machine and every version of .NET: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), begun from a hash of seed and place, so that one family's draws do not move
/// when another is added.
/// </summary>
internal sealed class SeededDraws(int seed, string place)
{
    private ulong _state = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}\n{place}"))));

    /// <summary>A number in [0, <paramref name="below"/>).</summary>
    public int Next(int below) => (int)(Next() % (ulong)below);

    public T One<T>(IReadOnlyList<T> of) => of[Next(of.Count)];

    /// <summary>True so many times in a hundred.</summary>
    public bool Percent(int percent) => Next(100) < percent;

    private ulong Next()
    {
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
