using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Aigc.Models.Training;

namespace Aigc.Trainer.Tests;

/// <summary>A job folder with a tiny corpus, and the trainer as a process on it.</summary>
internal sealed class TrainerHost : IDisposable
{
    readonly DirectoryInfo folder = System.IO.Directory.CreateTempSubdirectory("aigc-trainer-");
    readonly List<Process> processes = [];

    public string Directory => folder.FullName;

    public string ModelDirectory => Path.Combine(Directory, TrainerJob.ModelDirectory);

    public TrainerResult Result => TrainerJson.Read<TrainerResult>(File.ReadAllText(Path.Combine(Directory, TrainerResult.FileName)));

    public TrainerHost Write(int? steps, double seconds = 600, double checkpointSeconds = 10, int documents = 300, double? epochs = null)
    {
        // With epochs the rows are conversations, as a fine-tuning job has them.
        var messages = epochs is null ? "" : ""","messages":[{"role":"user","content":"Say it."},{"role":"assistant","content":"It is said."}]""";
        var train = Rows("train.jsonl", Enumerable.Range(0, documents).Select(i => $$"""{"text":"{{Text(i)}}"{{messages}}}"""));
        var validation = Rows("validation.jsonl", Enumerable.Range(5000, 12).Select(i => $$"""{"text":"{{Text(i)}}"}"""));
        var labels = Rows("labels.jsonl", Enumerable.Range(0, 40).Select(i => $$"""{"instruction":"What is method {{i}}?","response":"{{Text(i)}}"}"""));
        TrainerJson.WriteFile(Path.Combine(Directory, TrainerJob.FileName), new TrainerJob
        {
            Name = "demo",
            Tier = "small",
            Shape = "nano",
            Train = [train],
            Validation = [validation],
            Labels = [labels],
            Seconds = seconds,
            Steps = steps,
            Epochs = epochs,
            Seed = 1,
            Threads = 1,
            CheckpointSeconds = checkpointSeconds,
            Lineage = new() { Dataset = "tiny", DatasetDigest = new string('a', 64), RunId = Guid.NewGuid() },
        });
        return this;
    }

    public Process Start()
    {
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "Aigc.Trainer.dll"), Directory])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        var process = Process.Start(start)!;
        processes.Add(process);
        return process;
    }

    /// <summary>Reads events until one is wanted or the process ends; null at the end.</summary>
    public static async Task<TrainerEvent?> Until(Process process, Func<TrainerEvent, bool> wanted)
    {
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            var value = TrainerJson.Read<TrainerEvent>(line);
            if (wanted(value))
                return value;
        }

        return null;
    }

    public static async Task<int> End(Process process)
    {
        await Until(process, _ => false);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public void Dispose()
    {
        foreach (var process in processes)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }

            process.Dispose();
        }

        folder.Delete(recursive: true);
    }

    string Rows(string name, IEnumerable<string> rows)
    {
        var path = Path.Combine(Directory, name);
        File.WriteAllLines(path, rows);
        return path;
    }

    /// <summary>Text with a grammar that can be learned in a few steps and words enough for a vocabulary.</summary>
    static string Text(int number)
    {
        string[] verbs = ["Gets", "Sets", "Returns", "Creates", "Removes"];
        string[] things = ["the value", "an element", "the collection", "a stream", "the current name", "a new instance"];
        var (text, random) = (new StringBuilder(), new Random(number));
        for (var i = 0; i < 6; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{verbs[random.Next(verbs.Length)]} {things[random.Next(things.Length)]} of {things[random.Next(things.Length)]}")
                .Append(". ");
        }

        return text.ToString().Trim();
    }
}
