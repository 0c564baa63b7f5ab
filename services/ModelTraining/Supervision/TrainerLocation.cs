using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace Aigc.ModelTraining.Supervision;

/// <summary>Finds the trainer and the runtime that runs it.</summary>
internal sealed class TrainerLocation(IOptions<SupervisionOptions> options)
{
    /// <summary>Path of <c>Aigc.Trainer.dll</c>: the setting, else <c>trainer/</c> beside the app, else where the build has put it.</summary>
    /// <exception cref="FileNotFoundException">It is nowhere.</exception>
    public string Trainer()
    {
        if (options.Value.TrainerPath is { Length: > 0 } set)
        {
            return File.Exists(set) ? Path.GetFullPath(set) : throw new FileNotFoundException($"Aigc:ModelTraining:TrainerPath names {set}, which does not exist.");
        }

        var built = typeof(TrainerLocation).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "TrainerPath")?.Value;
        string?[] candidates = [Path.Combine(AppContext.BaseDirectory, "trainer", "Aigc.Trainer.dll"), built];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("The trainer is missing: it belongs into trainer/ beside the app, or Aigc:ModelTraining:TrainerPath names it.");
    }

    /// <summary>The runtime's own host program, so that the trainer runs on the runtime this process runs on.</summary>
    public static string Host()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(host) ? host : name;
    }
}
