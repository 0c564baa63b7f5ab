using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Aigc.Benchmarks.Inference.Engines;

/// <summary>The measuring side of an <see cref="EngineChild"/>.</summary>
internal sealed class EngineProcess : IDisposable
{
    private readonly Process _process;

    public EngineProcess(EngineOrder order)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [EngineChild.Word, JsonSerializer.Serialize(order)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Each engine would otherwise bring threads of its own for what the runtime does beside it.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start)!;
        Engine = order.Engine;
        if (_process.StandardOutput.ReadLine() != "ready")
            throw new InvalidOperationException($"The engine {order.Engine} did not open {order.Path}; its reason is above.");
    }

    public string Engine { get; }

    /// <summary>Milliseconds of so many prompts.</summary>
    public double Prefill(int length, int times) => Ask($"prefill {length} {times}");

    /// <summary>Milliseconds of so many steps.</summary>
    public double Decode(int batch, int context, int steps) => Ask($"decode {batch} {context} {steps}");

    /// <summary>Largest resident set so far.</summary>
    public double PeakBytes => Ask("peak");

    /// <summary>Resident memory that no file backs.</summary>
    public double OwnBytes => Ask("resident");

    /// <summary>Processor time used so far, all threads.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>
    /// Waits until its threads sleep: llama.cpp's poll for a tenth of a second after a run, ONNX Runtime's spin for less, and neither may run into the
    /// other's round.
    /// </summary>
    public void WaitUntilIdle()
    {
        TimeSpan before;
        do
        {
            before = ProcessorTime;
            if (_process.WaitForExit(50))
                throw new InvalidOperationException($"The engine {Engine} ended.");
        }
        while (ProcessorTime - before > TimeSpan.FromMilliseconds(5));
    }

    /// <summary>Logits behind a prompt, by prefill and by a step.</summary>
    public (float[] Prefilled, float[] Decoded) Logits(int length)
    {
        var all = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(Line($"logits {length}"))).ToArray();
        return (all[..(all.Length / 2)], all[(all.Length / 2)..]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000))
            _process.Kill();
        _process.Dispose();
    }

    private double Ask(string what) => double.Parse(Line(what), CultureInfo.InvariantCulture);

    private string Line(string what)
    {
        _process.StandardInput.WriteLine(what);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The engine {Engine} ended at \"{what}\".");
    }
}
