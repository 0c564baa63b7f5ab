namespace Aigc.Inference.Serving;

/// <summary>Orders the uses of models and adapters, so that the least recent of both can be told. Finer than any clock.</summary>
internal static class UseOrder
{
    private static long _last;

    /// <summary>A number above all that were given.</summary>
    public static long Next() => Interlocked.Increment(ref _last);
}
