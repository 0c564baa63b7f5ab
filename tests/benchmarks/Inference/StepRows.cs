using System.Globalization;
using Aigc.Benchmarks.Inference.Engines;
using Aigc.Benchmarks.Inference.LlamaCpp;
using Aigc.Benchmarks.Measures;
using Aigc.Models.Llama;

namespace Aigc.Benchmarks.Inference;

/// <summary>Rows of single steps beside llama.cpp: the same weights, the same threads, each engine in a process of its own.</summary>
internal sealed class StepRows(string scratch, string models, Selection selection)
{
    private const int Context = 128;
    private static readonly WeightFormat[] Formats = [WeightFormat.Int8, WeightFormat.Int4, WeightFormat.Int4Block128];

    // ONNX Runtime and the managed kernels, each beside llama.cpp.
    private static readonly string[] Engines = ["ort", "managed"];

    private readonly BenchModels _models = new(models);
    private readonly (string? Folder, string Reason) _peer = LlamaLibrary.Find(scratch);
    private double? _bandwidth;

    /// <summary>Threads of each engine.</summary>
    public static int Threads { get; } = Math.Min(2, Environment.ProcessorCount);

    private double BytesPerSecond => _bandwidth ??= Bandwidth.Measure(Threads);

    public void Measure()
    {
        if (selection.Wants("bandwidth"))
            Report.Row("memory bandwidth", BytesPerSecond / 1e9, "F1", $"GB/s read by {Threads} threads");
        if (selection.Wants("parity"))
            Parity();
        foreach (var shape in (string[])["135m", "0.5b"])
        {
            foreach (var format in Formats)
            {
                if (!selection.WantsAny("prefill", "decode", "memory") || !selection.Allows(shape) || !selection.Allows(format.Name()))
                    continue;
                foreach (var engine in Engines.Where(selection.Allows))
                    Compare(engine, shape, format);
            }
        }
    }

    /// <summary>Whether both compute the same, before anybody compares how fast they do it.</summary>
    private void Parity()
    {
        if (NotMeasured("logits beside llama.cpp"))
            return;
        foreach (var format in (WeightFormat[])[WeightFormat.Fp32, WeightFormat.Int8, WeightFormat.Int4])
        {
            var settings = new EngineSettings(Threads, 1, 64);
            using var ours = new EngineProcess(Ours("parity", format, settings));
            using var theirs = new EngineProcess(Theirs("parity", format, settings));
            var (a, b) = (ours.Logits(24), theirs.Logits(24));
            var scale = a.Prefilled.Max(MathF.Abs);
            double Off(float[] x, float[] y) => x.Zip(y, (p, q) => MathF.Abs(p - q)).Max() / scale * 100;
            Report.Row($"largest difference of a logit, {format.Name()} / {BenchModels.Name(format)}", Math.Max(Off(a.Prefilled, b.Prefilled), Off(a.Decoded, b.Decoded)), "F3",
                string.Create(CultureInfo.InvariantCulture, $"% of the largest logit, the same weights in llama.cpp (whose cache is 16-bit); prefill and decode of our own differ by {Off(a.Prefilled, a.Decoded):F3} %"));
        }
    }

    private void Compare(string engine, string shape, WeightFormat format)
    {
        var title = $"{(shape == "135m" ? "135M" : "0.5B")} {(engine == "ort" ? "" : engine + " ")}{format.Name()} / {BenchModels.Name(format)}";
        if (NotMeasured(title))
            return;
        var settings = new EngineSettings(Threads, 16, 768);
        using var ours = new EngineProcess(Ours(shape, format, settings, engine));
        using var theirs = new EngineProcess(Theirs(shape, format, settings));
        if (selection.Wants("memory"))
            Memory(title, ours, theirs);
        if (selection.Wants("prefill"))
        {
            foreach (var length in (int[])[128, 512])
            {
                var times = Repeats(length == 128 ? 2 : 1, () => ours.Prefill(length, 1));
                var outcome = Rounds.Alternate(ours, theirs, length * times, engine => engine.Prefill(length, times));
                Report.Row($"prefill {length}, {title}", outcome.Ratio, "F2", outcome.Text("llama.cpp"));
            }
        }

        if (selection.Wants("decode"))
            Decode(shape, format, title, ours, theirs);
    }

    private void Decode(string shape, WeightFormat format, string title, EngineProcess ours, EngineProcess theirs)
    {
        foreach (var batch in (int[])[1, 4, 8, 16])
        {
            if (!selection.Allows("batch" + batch))
                continue;
            ours.Decode(batch, Context, 2);
            var steps = Repeats(8, () => ours.Decode(batch, Context, 4) / 4);
            var outcome = Rounds.Alternate(ours, theirs, batch * steps, engine => engine.Decode(batch, Context, steps));
            var ceiling = BytesPerSecond / BenchModels.BytesOfStep(BenchModels.Shapes[shape], format);
            var share = batch > 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {outcome.OurMedian / ceiling:P0} and {outcome.TheirMedian / ceiling:P0} of what the memory allows");
            Report.Row($"decode {batch}, {title}", outcome.Ratio, "F2", outcome.Text("llama.cpp") + share);
        }
    }

    /// <summary>After a prompt and a few steps of all sixteen rows: weights, packed copies, workspace, and the cache as far as it is filled.</summary>
    private static void Memory(string title, EngineProcess ours, EngineProcess theirs)
    {
        foreach (var engine in (EngineProcess[])[ours, theirs])
        {
            engine.Prefill(512, 1);
            engine.Decode(16, Context, 4);
        }

        Report.Row($"peak memory, {title}", ours.PeakBytes / theirs.PeakBytes, "F2", string.Create(CultureInfo.InvariantCulture,
            $"× llama.cpp: {ours.PeakBytes / (1 << 20):N0} against {theirs.PeakBytes / (1 << 20):N0} MB resident, {ours.OwnBytes / (1 << 20):N0} and {theirs.OwnBytes / (1 << 20):N0} of it not backed by files"));
    }

    /// <summary>So often that a round takes about half a second, at least <paramref name="least"/> times.</summary>
    private static int Repeats(int least, Func<double> milliseconds) => Math.Clamp((int)(500 / milliseconds()), least, 64);

    private bool NotMeasured(string row)
    {
        if (_peer.Folder is null)
            Console.WriteLine($"| {row} | not measured | {_peer.Reason} |");
        return _peer.Folder is null;
    }

    private EngineOrder Ours(string shape, WeightFormat format, EngineSettings settings, string engine = "ort") =>
        new(engine, _models.Folder(shape, format), BenchModels.Shapes[shape].Vocabulary, settings) { Shape = shape };

    private EngineOrder Theirs(string shape, WeightFormat format, EngineSettings settings) =>
        new("llama.cpp", _models.Gguf(shape, format), BenchModels.Shapes[shape].Vocabulary, settings, _peer.Folder!);
}
