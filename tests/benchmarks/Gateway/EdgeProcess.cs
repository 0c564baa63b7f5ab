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
        })!;
        var line = _process.StandardOutput.ReadLine();
        for (; line?.StartsWith("ready ", StringComparison.Ordinal) == false; line = _process.StandardOutput.ReadLine())
        {
            // What it logs before it is there.
        }

        var words = line?.Split(' ') ?? throw new InvalidOperationException($"The server {kind} did not start; its reason is above.");
        (Address, Key) = (words[1], words[2]);
        // What it logs from here on is read and dropped, so that it never waits for us.
        _process.OutputDataReceived += (_, _) => Lines++;
        _process.BeginOutputReadLine();
    }

    public string Kind { get; }

    public string Address { get; }

    public string Key { get; }

    /// <summary>Lines it has logged since it was ready.</summary>
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
