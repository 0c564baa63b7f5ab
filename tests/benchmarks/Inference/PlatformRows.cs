using System.Diagnostics;
using System.Globalization;
using Aigc.Benchmarks.Measures;
using Aigc.Models.Llama;
using Aigc.Testing;

namespace Aigc.Benchmarks.Inference;

/// <summary>HTTP, gateway, application, bus, worker and back, beside the engine called in the same process; and what the engine's own loop costs.</summary>
internal sealed class PlatformRows(string models, Selection selection)
{
    private const int Rounds = 5;
    private const int Tokens = 64;
    private const int Latencies = 200;
    private const string Question = "Returns the number of elements in the collection";

    // The defaults are four slots and eight requests in hand; 32 streams at once need as many.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Inference:Slots"] = "32",
        ["Inference:Concurrency"] = "40",
        ["Inference:SlotLength"] = "256",
        ["Inference:Threads"] = "2",
        ["Gateway:RequestsPerMinute"] = "1000000",
    };

    public async Task Measure()
    {
        if (!selection.WantsAny("platform", "overhead"))
            return;
        var (large, tiny) = (Folder("platform-135m", PlatformModel.Shape), Folder("platform-nano", LlamaShape.Nano));
        await using (var bench = await Open(large, tiny, []))
        {
            if (selection.Wants("overhead"))
                await Overhead(bench);
            if (selection.Wants("platform"))
                await Compare(bench, "in-memory bus");
        }

        if (!selection.Wants("platform"))
            return;
        if (!RabbitMqNode.IsInstalled)
        {
            Console.WriteLine("| platform on RabbitMQ | not measured | no rabbitmq-server is installed |");
            return;
        }

        await using var broker = await RabbitMqNode.Start();
        await using var durable = await Open(large, tiny, [new("Bus:Transport", "RabbitMq"), new("Bus:RabbitMq", broker.Address.ToString())]);
        await Compare(durable, "RabbitMQ");
    }

    private string Folder(string name, LlamaShape shape)
    {
        var folder = Path.Combine(models, name);
        if (!File.Exists(Path.Combine(folder, "config.json")))
            PlatformModel.Write(folder, shape);
        return folder;
    }

    private static async Task<PlatformBench> Open(string large, string tiny, KeyValuePair<string, string>[] more)
    {
        var bench = await PlatformBench.Start(new Dictionary<string, string>([.. Settings, .. more]));
        await bench.Register("large", large);
        await bench.Register("tiny", tiny);
        return bench;
    }

    private static async Task Compare(PlatformBench bench, string bus)
    {
        foreach (var streams in (int[])[1, 8, 32])
        {
            var (ratios, bare, whole) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = -1; round < Rounds; round++)
            {
                var direct = await PerSecond(streams, question => bench.Bare("large", question, Tokens));
                var through = await PerSecond(streams, question => bench.Through("large", question, Tokens));
                if (round < 0)
                    continue;
                bare.Add(direct);
                whole.Add(through);
                ratios.Add(through / direct);
            }

            Report.Row($"platform, {streams} streams, {bus}", Report.Percentile(ratios, 0.5), "F2", string.Create(CultureInfo.InvariantCulture,
                $"× the bare engine: {Report.Percentile(whole, 0.5):N0} against {Report.Percentile(bare, 0.5):N0} tokens/s, {Rounds} rounds ({ratios.Min():F2}–{ratios.Max():F2}); SmolLM2-135M's blocks int8, {Settings["Inference:Slots"]} slots"));
        }

        await Latency(bench, bus);
    }

    /// <summary>With a model whose first token takes a millisecond, so that what is added can be seen.</summary>
    private static async Task Latency(PlatformBench bench, string bus)
    {
        var (direct, through) = (new List<double>(), new List<double>());
        for (var round = -30; round < Latencies; round++)
        {
            var (bare, _) = await bench.Bare("tiny", Question, 8);
            var (whole, _) = await bench.Through("tiny", Question, 8);
            if (round < 0)
                continue;
            direct.Add(bare);
            through.Add(whole);
        }

        foreach (var share in (double[])[0.5, 0.99])
        {
            var (bare, whole) = (Report.Percentile(direct, share), Report.Percentile(through, share));
            Report.Row($"added to the first token, p{share * 100:F0}, {bus}", whole - bare, "F2", string.Create(CultureInfo.InvariantCulture, $"ms: {whole:F2} through the platform, {bare:F2} in process, {Latencies} rounds in turn"));
        }
    }

    /// <summary>What the loop does beside ONNX Runtime: scheduling, sampling, text.</summary>
    private static async Task Overhead(PlatformBench bench)
    {
        foreach (var streams in (int[])[1, 8])
        {
            await PerSecond(streams, question => bench.Bare("large", question, Tokens));
            var start = bench.Statistics("large");
            await PerSecond(streams, question => bench.Bare("large", question, Tokens));
            var middle = bench.Statistics("large");
            await PerSecond(streams, question => bench.Bare("large", question, 2 * Tokens));
            var end = bench.Statistics("large");
            var (inside, outside, steps) = (end.BackendTime - start.BackendTime, end.OutsideTime - start.OutsideTime, end.Steps - start.Steps);
            // Both runs begin and end as many requests: what the longer one allocates beyond the shorter one, its further steps do.
            var further = end.Steps - middle.Steps - (middle.Steps - start.Steps);
            var bytes = end.ManagedBytes - middle.ManagedBytes - (middle.ManagedBytes - start.ManagedBytes);
            Report.Row($"loop outside ONNX Runtime, batch {streams}", outside / (inside + outside) * 100, "F2", string.Create(CultureInfo.InvariantCulture,
                $"% of a step: {outside.TotalMicroseconds / steps:F0} µs of {(inside + outside).TotalMicroseconds / steps:N0}; {(double)bytes / further:F0} managed bytes a further step"));
        }
    }

    private static async Task<double> PerSecond(int streams, Func<string, Task<(double First, int Tokens)>> ask)
    {
        var began = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, streams).Select(stream => Task.Run(() => ask($"{Question} {stream}"))));
        return answers.Sum(answer => answer.Tokens) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
