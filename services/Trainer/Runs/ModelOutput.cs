using Aigc.Models.Training;

namespace Aigc.Trainer.Runs;

/// <summary>The model's folder inside the job's: there whole or not at all.</summary>
internal static class ModelOutput
{
    /// <summary>An empty folder to write into.</summary>
    public static string Begin(string directory)
    {
        var part = Part(directory);
        Recreate(part);
        return part;
    }

    /// <summary>Puts what was written in its place.</summary>
    public static void Finish(string directory)
    {
        var final = Path.Combine(directory, TrainerJob.ModelDirectory);
        if (Directory.Exists(final))
            Directory.Delete(final, recursive: true);
        Directory.Move(Part(directory), final);
    }

    /// <summary>Empties a folder.</summary>
    public static void Recreate(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        Directory.CreateDirectory(path);
    }

    static string Part(string directory) => Path.Combine(directory, TrainerJob.ModelDirectory + ".part");
}
