using System.Runtime.InteropServices;

namespace Aigc.Inference.Engine;

/// <summary>
/// Zeroed memory outside the managed heap at a fixed address, aligned for vector loads: sessions keep pointers into it. Pages cost nothing until they are
/// written.
/// </summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable where T : unmanaged
{
    private const int Alignment = 64;
    private void* _allocation;
    private readonly T* _start;

    /// <param name="length">Elements.</param>
    /// <param name="written">Whether all of it is written at once: large pages then cost no memory that small ones would not.</param>
    public NativeBuffer(long length, bool written = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;
        // AllocZeroed hands out untouched pages, AlignedAlloc would need them cleared: aligned by hand.
        _allocation = NativeMemory.AllocZeroed(checked((nuint)(length * sizeof(T)) + Alignment));
        _start = (T*)(((nint)_allocation + Alignment - 1) & -(nint)Alignment);
        if (written)
            LargePages.Ask((nint)_start, Bytes);
    }

    public long Length { get; }

    public long Bytes => Length * sizeof(T);

    public nint Address(long offset = 0) => (nint)(_start + offset);

    public Span<T> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        return new(_start + offset, length);
    }

    public void Dispose()
    {
        NativeMemory.Free(_allocation);
        _allocation = null;
    }
}
