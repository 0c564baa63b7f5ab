using System.Runtime.InteropServices;

namespace Aigc.Inference.Engine;

/// <summary>
/// Asks Linux to keep a large buffer in large pages: what is read from end to end in every step otherwise costs a look-up of its address every 4 KB, and the
/// processor's own reading ahead ends at each of them. A hint: where it is refused, or another system runs, nothing changes but the speed.
/// </summary>
internal static partial class LargePages
{
    private const nint Page = 2 << 20;
    private const int AdviseHugePage = 14; // MADV_HUGEPAGE of <sys/mman.h>

    /// <summary>Advises for the whole large pages within a range that nothing has been written to yet.</summary>
    public static void Ask(nint start, long bytes)
    {
        var (first, end) = ((start + Page - 1) & -Page, (start + (nint)bytes) & -Page);
        if (end > first && OperatingSystem.IsLinux())
            _ = Advise(first, (nuint)(end - first), AdviseHugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
