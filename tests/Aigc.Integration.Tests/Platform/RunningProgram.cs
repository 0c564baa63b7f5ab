using System.Diagnostics;
using System.Text;

namespace Aigc.Integration.Tests.Platform;

/// <summary>A program of ours as an operator starts it: a process of its own, configured by its environment alone.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private RunningProgram(Process process) => _process = process;

    public int ExitCode => _process.ExitCode;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static RunningProgram Start(string project, string workingDirectory, IReadOnlyDictionary<string, string> environment, params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(BuiltProject.Program(project));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var program = new RunningProgram(process);
        process.OutputDataReceived += (_, line) => program.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => program.Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Waits for the end of the process.</summary>
    public async Task<int> Exit(TimeSpan atMost)
    {
        using var late = new CancellationTokenSource(atMost);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The program did not end within {atMost}. It said:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>Whether it ended by itself before the time was up.</summary>
    public async Task<bool> ExitsWithin(TimeSpan time)
    {
        using var late = new CancellationTokenSource(time);
        return await _process.WaitForExitAsync(late.Token).ContinueWith(wait => wait.IsCompletedSuccessfully, TaskScheduler.Default);
    }

    /// <summary>kill -9, without a word to anybody.</summary>
    public async Task Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: false);
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
