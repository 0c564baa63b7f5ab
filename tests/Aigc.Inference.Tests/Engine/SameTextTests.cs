using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Engine;

/// <summary>The same seed and request give the same text whatever else runs, and whatever was computed before, with the real backend.</summary>
public sealed class SameTextTests
{
    private static readonly SamplingSpec Plain = new() { Temperature = 1, MaxTokens = 40 };
    private static readonly SamplingSpec Shaped = Plain with { TopK = 60, TopP = 0.95, MinP = 0.01, RepetitionPenalty = 1.1, FrequencyPenalty = 0.2, PresencePenalty = 0.1 };

    [Theory]
    [InlineData(WeightFormat.Fp32)]
    [InlineData(WeightFormat.Int8)]
    public async Task The_same_seed_gives_the_same_text_in_any_company(WeightFormat format)
    {
        using var model = new NanoModel(format: format);
        string[] alone = new string[8];
        for (var i = 0; i < alone.Length; i++)
        {
            await using var generator = Open(model, slots: 1);
            alone[i] = (await generator.Start(Request(i, 20 + i)).Completion).Text;
        }
        Assert.Equal(8, alone.Distinct().Count());
        foreach (var slots in (int[])[2, 3, 8])
        {
            await using var generator = Open(model, slots);
            for (var round = 0; round < 2; round++)
            {
                var order = Enumerable.Range(0, 8).OrderBy(i => (i * 5 + round) % 8).ToArray();
                var together = await Task.WhenAll(order.Select(i => generator.Start(Request(i, 20 + i)).Completion));
                Assert.Equal(order.Select(i => alone[i]), together.Select(result => result.Text));
            }
        }
    }

    [Theory]
    [InlineData(WeightFormat.Fp32)]
    [InlineData(WeightFormat.Int8)]
    public async Task A_computed_beginning_gives_the_same_text(WeightFormat format)
    {
        using var model = new NanoModel(format: format);
        await using var generator = Open(model, slots: 4);
        for (var seed = 0; seed < 6; seed++)
        {
            var fresh = await generator.Start(Request(seed, 60) with { CacheKey = null }).Completion;
            var first = await generator.Start(Request(seed, 60)).Completion;
            var again = await generator.Start(Request(seed, 60)).Completion;
            var company = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => generator.Start(Request(seed, 60) with { Answer = i }).Completion));
            Assert.Equal((0, 59), (fresh.CachedPromptTokens, again.CachedPromptTokens));
            Assert.All(company, result => Assert.Equal(59, result.CachedPromptTokens));
            Assert.Equal([fresh.Text, fresh.Text, fresh.Text], [first.Text, again.Text, company[0].Text]);
            Assert.Equal(4, company.Select(result => result.Text).Distinct().Count());
        }
    }

    [Theory]
    [InlineData(WeightFormat.Fp32)]
    [InlineData(WeightFormat.Int8)]
    public void A_rows_logits_in_company_are_its_logits_alone_but_for_roundings(WeightFormat format)
    {
        using var model = new NanoModel(format: format);
        using var backend = Backend(model, 8);
        var prompts = Enumerable.Range(0, 8).Select(i => NanoModel.Tokens(20 + i, i)).ToArray();
        for (var slot = 0; slot < 8; slot++)
            backend.Prefill(slot, prompts[slot], 0);
        var differences = new List<string>();
        float[]? alone = null;
        foreach (var rows in (int[])[1, 2, 3, 4, 5, 8])
        {
            backend.Decode([.. Enumerable.Repeat(7, rows)], [.. prompts.Take(rows).Select(prompt => prompt.Length)]);
            alone ??= backend.Logits(0).ToArray();
            var largest = 0f;
            for (var i = 0; i < alone.Length; i++)
                largest = MathF.Max(largest, MathF.Abs(alone[i] - backend.Logits(0)[i]));
            differences.Add(FormattableString.Invariant($"{rows} rows {largest:g2}"));
            Assert.InRange(largest, 0, 1e-4f);
        }
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join(", ", differences));
    }

    [Fact]
    public async Task A_batch_answer_that_gave_way_is_the_answer_it_would_have_been()
    {
        using var model = new NanoModel();
        var request = Request(1, 30) with { Priority = GenerationPriority.Batch, Sampling = Plain with { Seed = 5, MaxTokens = 90 } };
        using var arrived = new SemaphoreSlim(0);
        var backend = new PausingBackend(Backend(model, slots: 1), arrived);
        await using var generator = Open(backend, slots: 1);
        var alone = await generator.Start(request).Completion;
        backend.PausesAt = 40; // tokens in the slot: ten of the answer
        var batch = generator.Start(request);
        await batch.FirstText;
        var person = generator.Start(Request(2, 20));
        arrived.Release();
        Assert.NotEmpty((await person.Completion).Text);
        Assert.Equal(alone.Text, (await batch.Completion).Text);
        Assert.InRange(batch.Preemptions, 1, 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_step_of_shaped_rows_allocates_almost_nothing(bool greedy)
    {
        using var model = new NanoModel();
        await using var generator = Open(model, slots: 4);
        var sampling = greedy ? Shaped with { Temperature = 0 } : Shaped;
        for (var round = 0; round < 2; round++)
        {
            var before = generator.Statistics;
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => generator.Start(Request(i, 10) with { Sampling = sampling with { Seed = i, MaxTokens = 100 } }).Completion));
            var after = generator.Statistics;
            // Beginnings and ends of four requests are in it.
            if (round == 1)
                Assert.InRange((after.ManagedBytes - before.ManagedBytes) / (after.Steps - before.Steps), 0, 200);
        }
    }

    private static GenerationRequest Request(int seed, int prompt) =>
        new(NanoModel.Tokens(prompt, seed), (seed % 2 == 0 ? Plain : Shaped) with { Seed = seed }, TimeProvider.System.GetTimestamp()) { CacheKey = "t", Tenant = "t" + (seed % 3) };

    private static OrtOptions Options(int slots) => new(slots, 128, Threads: 1);

    private static OrtDecoderBackend Backend(NanoModel model, int slots)
    {
        var path = model.FileOf("model.onnx");
        var session = OrtSessions.Open(path, Options(slots), OrtSessions.Cpu);
        return new(session, DecoderGraph.Read(session, path), Options(slots), OrtSessions.Cpu);
    }

    private static TextGenerator Open(NanoModel model, int slots) => Open(Backend(model, slots), slots);

    private static TextGenerator Open(IDecoderBackend backend, int slots) =>
        new("same", backend, new Numbers(), Options(slots).Limits(100), TestMeters.Instruments(), TimeProvider.System);

    /// <summary>Waits once, before the step at which its first slot holds that many tokens.</summary>
    private sealed class PausingBackend(IDecoderBackend inner, SemaphoreSlim goOn) : IDecoderBackend
    {
        public int PausesAt { get; set; } = -1;

        public int Slots => inner.Slots;

        public int SlotLength => inner.SlotLength;

        public int VocabularySize => inner.VocabularySize;

        public long KvBytes => inner.KvBytes;

        public string Device => inner.Device;

        public void Prefill(int slot, ReadOnlySpan<int> tokens, int position) => inner.Prefill(slot, tokens, position);

        public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
        {
            if (lengths[0] == PausesAt)
            {
                PausesAt = -1;
                goOn.Wait();
            }
            inner.Decode(tokens, lengths);
        }

        public Span<float> Logits(int row) => inner.Logits(row);

        public void Move(int from, int to, int length) => inner.Move(from, to, length);

        public void Dispose() => inner.Dispose();
    }

    /// <summary>Every token is a character of its own and none ends.</summary>
    private sealed class Numbers : ITokenText
    {
        private static readonly byte[][] Spelled = [.. Enumerable.Range(0, 2048).Select(token => System.Text.Encoding.UTF8.GetBytes([(char)(0x4E00 + token)]))];

        public bool IsEnd(int token) => false;

        public ReadOnlySpan<byte> BytesOf(int token) => Spelled[token];
    }
}
