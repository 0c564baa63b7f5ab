using System.Runtime.InteropServices;
using System.Text;
using Aigc.Models.Training;

namespace Aigc.Trainer.Fitting;

/// <summary>Where a fit stands. The order of the data follows from seed and step, so there is no generator to keep.</summary>
internal sealed record FitState
{
    public int Step { get; init; }

    /// <summary>Seconds of the budget used, over all lives of the process.</summary>
    public double Seconds { get; init; }

    /// <summary>Smoothed training loss.</summary>
    public double Loss { get; init; }

    public IReadOnlyList<LossSample> Curve { get; init; } = [];
}

/// <summary>
/// One file with state, weights and moments. It is written beside and renamed, so what is there is whole; it ends with a mark that
/// tells a file cut off by a full disk.
/// </summary>
internal static class Checkpoint
{
    static readonly byte[] EndMark = "aigc-checkpoint"u8.ToArray();

    public static void Save(string path, FitState state, ParameterSet weights, AdamW optimiser)
    {
        using (var file = new FileStream(path + ".part", FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            var header = Encoding.UTF8.GetBytes(TrainerJson.Write(state));
            file.Write(BitConverter.GetBytes(header.Length));
            file.Write(header);
            foreach (var name in weights.Names)
            {
                var (first, second) = optimiser.State[name];
                file.Write(MemoryMarshal.AsBytes(weights.Values(name)));
                file.Write(MemoryMarshal.AsBytes(first.AsSpan()));
                file.Write(MemoryMarshal.AsBytes(second.AsSpan()));
            }

            file.Write(EndMark);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".part", path, overwrite: true);
    }

    /// <summary>Reads the last checkpoint into weights and optimiser; null where there is none to go on from.</summary>
    public static FitState? Load(string path, ParameterSet weights, AdamW optimiser)
    {
        if (!File.Exists(path))
            return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        var length = new byte[4];
        file.ReadExactly(length);
        var header = new byte[BitConverter.ToInt32(length)];
        var floats = weights.Names.Sum(name => 3L * weights.Values(name).Length);
        if (file.Length != 4 + header.Length + (4 * floats) + EndMark.Length)
            return null;
        file.ReadExactly(header);
        foreach (var name in weights.Names)
        {
            var (first, second) = optimiser.State[name];
            file.ReadExactly(MemoryMarshal.AsBytes(weights.Values(name)));
            file.ReadExactly(MemoryMarshal.AsBytes(first.AsSpan()));
            file.ReadExactly(MemoryMarshal.AsBytes(second.AsSpan()));
        }

        return TrainerJson.Read<FitState>(Encoding.UTF8.GetString(header));
    }
}
