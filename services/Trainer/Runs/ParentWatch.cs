using System.Diagnostics;

namespace Aigc.Trainer.Runs;

/// <summary>
/// Ends this process when its parent is gone, however it went: the parent holds the other end of standard input and never writes, so
/// the input ends when the parent does. The last checkpoint is at most seconds old.
/// </summary>
internal static class ParentWatch
{
    public static void Start(Stream input) => new Thread(() =>
    {
        Span<byte> buffer = stackalloc byte[64];
        while (input.Read(buffer) > 0)
        {
        }

        // An orderly exit would unload libtorch under a step that is still running.
        using var self = Process.GetCurrentProcess();
        self.Kill();
    })
    { IsBackground = true, Name = "parent watch" }.Start();
}
