using System.Diagnostics;
using System.Text.Json;
using Aigc.Models.Training;

namespace Aigc.ModelTraining.Supervision;

/// <summary>
/// One life of the trainer. It holds the other end of this object's pipe as standard input and ends when that closes, so it never
/// outlives this process, not even one that was killed.
/// </summary>
internal sealed class TrainerProcess : IDisposable
{
    const int LastLines = 20;
    readonly Process process;
    readonly Queue<string> complaints = new();

    TrainerProcess(Process process) => this.process = process;

    public int Id => process.Id;

    /// <summary>Processor seconds, as last seen.</summary>
    public double CpuSeconds { get; private set; }

    /// <summary>Largest resident set, as last seen, in bytes.</summary>
    public long PeakMemoryBytes { get; private set; }

    /// <summary>The last lines it wrote to standard error.</summary>
    public string Complaints
    {
        get
        {
            lock (complaints)
                return string.Join('\n', complaints);
        }
    }

    public static TrainerProcess Start(string host, string trainer, string directory)
    {
        var start = new ProcessStartInfo(host, [trainer, directory])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = directory,
        };
        // Spinning OpenMP threads collapse on shared processors.
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        // Freed tensors are kept for the next step instead of being given back to the system page by page.
        start.Environment["MALLOC_TRIM_THRESHOLD_"] = "1073741824";
        start.Environment["MALLOC_MMAP_THRESHOLD_"] = "1073741824";
        // The platform's settings hold secrets; the trainer needs none of them.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("Aigc__", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        return new TrainerProcess(Process.Start(start)!);
    }

    /// <summary>Hands on its events until it ends; gives the exit code.</summary>
    public async Task<int> Follow(Func<TrainerEvent, ValueTask> handle, CancellationToken ct)
    {
        var errors = ReadErrors();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(ct) is { } line)
            {
                Measure();
                if (Parse(line) is { } value)
                    await handle(value);
            }

            await process.WaitForExitAsync(ct);
            return process.ExitCode;
        }
        finally
        {
            Kill();
            await errors;
        }
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }

    void Kill()
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It went by itself in between.
        }
    }

    async Task ReadErrors()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lock (complaints)
            {
                complaints.Enqueue(line);
                if (complaints.Count > LastLines)
                    complaints.Dequeue();
            }
        }
    }

    void Measure()
    {
        try
        {
            process.Refresh();
            if (process.HasExited)
                return;
            CpuSeconds = process.TotalProcessorTime.TotalSeconds;
            PeakMemoryBytes = Math.Max(PeakMemoryBytes, process.PeakWorkingSet64);
        }
        catch (InvalidOperationException)
        {
            // Gone between the question and the answer; the last figures stand.
        }
    }

    static TrainerEvent? Parse(string line)
    {
        try
        {
            return line.StartsWith('{') ? TrainerJson.Read<TrainerEvent>(line) : null;
        }
        catch (JsonException)
        {
            // A native library's remark.
            return null;
        }
    }
}
