namespace Aigc.Trainer.Runs;

/// <summary>One trainer a folder: the orphan of a killed parent may live a moment longer than its successor's start.</summary>
internal static class JobLock
{
    /// <summary>The lock, held until it is disposed or the process ends; null when somebody has it.</summary>
    public static FileStream? Take(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
