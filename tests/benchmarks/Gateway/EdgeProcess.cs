using System.Diagnostics;
using System.Globalization;

namespace Aigc.Benchmarks.Gateway;

/// <summary>The measuring side of an <see cref="EdgeServer"/>.</summary>
internal sealed class EdgeProcess : IDisposable
{
    private readonly Process _process;

    public EdgeProcess(string kind, string service = "", string folder = "")
    {
        Kind = kind;
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [EdgeServer.Word, kind, service, folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // As a web application is published; this program is none.
            Environment = { ["DOTNET_gcServer"] = "1" },
        })!;
        // What it logs is read and dropped, so that it never waits for us.
        var ready = new TaskCompletionSource<string[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith("ready ", StringComparison.Ordinal) == true)
                ready.SetResult(line.Data.Split(' '));
            else if (line.Data is not null)
                Lines++;
            else
                ready.TrySetException(new InvalidOperationException($"The server {kind} did not start; its reason is above."));
        };
        _process.BeginOutputReadLine();
        var words = ready.Task.GetAwaiter().GetResult();
        (Address, Key) = (words[1], words[2]);
    }

    public string Kind { get; }

    public string Address { get; }

    public string Key { get; }

    /// <summary>Lines it has logged.</summary>
    public int Lines { get; private set; }

    /// <summary>Resident memory now, in MB.</summary>
    public double ResidentMegabytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id.ToString(CultureInfo.InvariantCulture)}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000))
            _process.Kill();
        _process.Dispose();
    }
}
