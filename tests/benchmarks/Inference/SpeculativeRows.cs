using System.Diagnostics;
using System.Globalization;
using Aigc.Benchmarks.Measures;
using Aigc.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Drafts;
using Aigc.Inference.Engine.Managed;
using Aigc.Inference.Serving;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Benchmarks.Inference;

/// <summary>
/// What a draft is worth for one stream at the 0.5B shape. Random weights agree on nothing, so the draft computes in earnest and its agreement is set: it is told
/// the answer, and is wrong at so many places. Rounds with and without it alternate in one process.
/// </summary>
internal sealed class SpeculativeRows(string models, Selection selection)
{
    private const int Context = 128;
    private const int Answer = 160;
    private const int Rounds = 7;
    private static readonly double[] Agreements = [0.5, 0.7, 0.9];

    private readonly BenchModels _models = new(models);
    private readonly InferenceInstruments _instruments = new ServiceCollection().AddMetrics().AddSingleton<InferenceInstruments>().BuildServiceProvider().GetRequiredService<InferenceInstruments>();

    public async Task Measure()
    {
        foreach (var format in (WeightFormat[])[WeightFormat.Int8, WeightFormat.Int4])
        {
            foreach (var engine in (string[])["ort", "managed"])
            {
                if (selection.Allows("0.5b") && selection.Allows(format.Name()) && selection.Allows(engine))
                    await Measure(engine, format);
            }
        }
    }

    private async Task Measure(string engine, WeightFormat format)
    {
        var title = $"0.5B {engine} {format.Name()}";
        Costs(title, engine, format);
        var answer = new List<int>();
        await using var plain = Generator(Open(engine, "0.5b", format), null);
        await Generate(plain, answer);
        foreach (var agreement in Agreements)
        {
            var target = Open(engine, "0.5b", format);
            var draft = new ToldDraft(Open(engine, "draft", format), answer, agreement);
            await using var drafted = Generator(target, new(draft, target, new Numbers(), TimeProvider.System, Console.Error.WriteLine));
            for (var warm = 0; warm < 3; warm++)
                await Generate(drafted, null);
            var before = drafted.Statistics;
            var rounds = new List<(double Drafted, double Plain)>();
            for (var round = 0; round < Rounds; round++)
                rounds.Add((await Generate(drafted, null), await Generate(plain, null)));
            var ratios = rounds.Select(pair => pair.Drafted / pair.Plain).ToArray();
            var after = drafted.Statistics;
            Report.Row($"draft right {agreement:P0} of the time, {title}", Report.Percentile(ratios, 0.5), "F2", string.Create(CultureInfo.InvariantCulture,
                $"× without: {Report.Percentile(rounds.Select(pair => pair.Drafted), 0.5):N1} against {Report.Percentile(rounds.Select(pair => pair.Plain), 0.5):N1} tokens/s, {Rounds} rounds ({ratios.Min():F2}–{ratios.Max():F2}); {(double)(after.Tokens - before.Tokens) / (after.Steps - before.Steps):F2} tokens a step, {after.Accepted - before.Accepted} of {after.Proposed - before.Proposed} accepted"));
        }
    }

    /// <summary>Verifying in steps, and from which agreement it pays with this draft.</summary>
    private void Costs(string title, string engine, WeightFormat format)
    {
        using IDecoderBackend target = Open(engine, "0.5b", format), draft = Open(engine, "draft", format);
        var tokens = Enumerable.Range(5, Drafting.MostProposed + 1).ToArray();
        target.Prefill(0, Prompt, 0);
        draft.Prefill(0, Prompt, 0);
        Action[] runs =
        [
            () => target.Decode([7], [Context]), () => draft.Prefill(0, [7], Context),
            .. Enumerable.Range(1, Drafting.MostProposed).Select(count => (Action)(() => target.Verify(0, tokens.AsSpan(0, count + 1), Context))),
        ];
        var shares = Enumerable.Range(0, 12).Select(_ => runs.Select(Milliseconds).ToArray()).Skip(2).Select(times => times.Select(time => time / times[0]).ToArray()).ToArray();
        var (cost, verify) = (Median(1), Enumerable.Range(1, Drafting.MostProposed).Select(count => Median(count + 1)).ToArray());
        var pays = Enumerable.Range(1, 99).Select(percent => percent / 100.0)
            .FirstOrDefault(agreement => verify.Select((share, i) => Tokens(agreement, i + 1) / (share + ((i + 1) * cost))).Max() > 1);
        Report.Row($"draft pays from, {title}", pays, "F2", string.Create(CultureInfo.InvariantCulture,
            $"of its tokens right; a step of it costs {cost:F2} of the model's, verifying {string.Join(", ", verify.Select((share, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}: {share:F2}")))}"));

        double Median(int run) => Report.Percentile(shares.Select(round => round[run]), 0.5);
    }

    private static double Tokens(double agreement, int proposals) => Enumerable.Range(0, proposals + 1).Sum(power => Math.Pow(agreement, power));

    private static double Milliseconds(Action run)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 4; i++)
            run();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static int[] Prompt { get; } = [.. Enumerable.Range(0, Context).Select(i => ((i * 7919) + 13) % 50_000)];

    /// <summary>Tokens a second behind the first; <paramref name="told"/> receives them.</summary>
    private static async Task<double> Generate(TextGenerator generator, List<int>? told)
    {
        var running = generator.Start(new(Prompt, new() { Temperature = 0, MaxTokens = Answer }, TimeProvider.System.GetTimestamp()) { CacheKey = "bench" });
        var result = await running.Completion;
        told?.AddRange(running.Tokens.Skip(Context).Take(result.CompletionTokens));
        return (result.CompletionTokens - 1) / (result.Elapsed - result.TimeToFirstToken).TotalSeconds;
    }

    private TextGenerator Generator(IDecoderBackend backend, Drafting? drafting) =>
        new("bench", backend, new Numbers(), new(backend.Slots, backend.SlotLength), _instruments, TimeProvider.System, drafting);

    private IDecoderBackend Open(string engine, string shape, WeightFormat format)
    {
        var options = new OrtOptions(1, Context + Answer + 16, StepRows.Threads, Spinning: true) { MostVerified = Drafting.MostProposed + 1 };
        var path = Path.Combine(_models.Folder(shape, format), "model.onnx");
        if (engine == "managed")
            return new ManagedDecoderBackend(OnnxFile.Read(path), path, BenchModels.Shapes[shape], options);
        var session = OrtSessions.Open(path, options, OrtSessions.Cpu);
        return new OrtDecoderBackend(session, DecoderGraph.Read(session, "model.onnx"), options, OrtSessions.Cpu);
    }

    /// <summary>Computes what the inner one does and then says what it was told, but at some places.</summary>
    private sealed class ToldDraft(IDecoderBackend inner, List<int> answer, double agreement) : IDecoderBackend
    {
        private int _next;

        public int Slots => inner.Slots;

        public int SlotLength => inner.SlotLength;

        public int VocabularySize => inner.VocabularySize;

        public long KvBytes => inner.KvBytes;

        public string Device => inner.Device;

        public void Prefill(int slot, ReadOnlySpan<int> tokens, int position)
        {
            inner.Prefill(slot, tokens, position);
            _next = position + tokens.Length - Context;
        }

        public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths) => inner.Decode(tokens, lengths);

        public Span<float> Logits(int row)
        {
            var logits = inner.Logits(row);
            if (_next < 0 || _next >= answer.Count)
                return logits;
            // The same places in every round: a hash of the place, uniform in 0 … 1.
            var right = (uint)(_next * 2654435761) / (double)uint.MaxValue < agreement;
            logits[right ? answer[_next] : (answer[_next] + 1) % logits.Length] = 1e6f;
            return logits;
        }

        public void Move(int from, int to, int length) => inner.Move(from, to, length);

        public void Dispose() => inner.Dispose();
    }

    /// <summary>No token ends, and all spell the same.</summary>
    private sealed class Numbers : ITokenText
    {
        public bool IsEnd(int token) => false;

        public ReadOnlySpan<byte> BytesOf(int token) => "x"u8;
    }
}
