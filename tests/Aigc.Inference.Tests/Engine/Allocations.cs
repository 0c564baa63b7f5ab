namespace Aigc.Inference.Tests.Engine;

/// <summary>Managed bytes that an action allocates whenever it runs.</summary>
internal static class Allocations
{
    /// <summary>
    /// The least of many runs: what every run allocates is the action's own; what one run shows now and then is the runtime's, which
    /// compiles better code while the action is already running.
    /// </summary>
    public static long OfEvery(Action action)
    {
        var least = long.MaxValue;
        for (var run = 0; run < 20; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
