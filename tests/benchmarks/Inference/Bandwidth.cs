using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Aigc.Benchmarks.Inference;

/// <summary>Bytes a second that all threads together can read from memory: each streams through its part of a buffer no cache holds.</summary>
internal static unsafe class Bandwidth
{
    private const long Size = 768L << 20;
    private const int Passes = 9;

    /// <summary>The fastest pass: what is wanted is a ceiling.</summary>
    public static double Measure(int threads)
    {
        var buffer = (byte*)NativeMemory.AlignedAlloc((nuint)Size, 4096);
        try
        {
            NativeMemory.Fill(buffer, (nuint)Size, 1);
            var passes = new double[Passes];
            for (var pass = 0; pass < Passes; pass++)
            {
                var began = Stopwatch.GetTimestamp();
                var sum = 0L;
                var part = Size / threads;
                var others = Enumerable.Range(1, threads - 1).Select(index => new Thread(() => Interlocked.Add(ref sum, Read(buffer + (index * part), part)))).ToList();
                others.ForEach(thread => thread.Start());
                Interlocked.Add(ref sum, Read(buffer, part));
                others.ForEach(thread => thread.Join());
                passes[pass] = Size / Stopwatch.GetElapsedTime(began).TotalSeconds;
                if (sum == 0)
                    throw new InvalidOperationException("Nothing was read.");
            }

            return passes.Max();
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    // Eight sums side by side: one would be a chain of additions, which is slower than memory.
    private static long Read(byte* from, long bytes)
    {
        Vector<long> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        var width = Vector<byte>.Count;
        for (var end = from + bytes; from < end; from += 8 * width)
        {
            a += Vector.Load((long*)from);
            b += Vector.Load((long*)(from + width));
            c += Vector.Load((long*)(from + (2 * width)));
            d += Vector.Load((long*)(from + (3 * width)));
            e += Vector.Load((long*)(from + (4 * width)));
            f += Vector.Load((long*)(from + (5 * width)));
            g += Vector.Load((long*)(from + (6 * width)));
            h += Vector.Load((long*)(from + (7 * width)));
        }

        return Vector.Sum(a + b + c + d + e + f + g + h);
    }
}
