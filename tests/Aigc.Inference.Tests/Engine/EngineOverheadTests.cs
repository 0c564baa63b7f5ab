using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Engine;

/// <summary>What the loop costs outside ONNX Runtime.</summary>
public sealed class EngineOverheadTests
{
    [Fact]
    public async Task Steps_between_beginning_and_end_allocate_almost_nothing()
    {
        using var model = new NanoModel();
        var (generator, _) = Open(model.FileOf("model.onnx"), slots: 4, slotLength: 128, threads: 1);
        await using var _1 = generator;
        await Generate(generator, 4, 100);
        var before = generator.Statistics;
        await Generate(generator, 4, 100);
        var after = generator.Statistics;
        var steps = after.Steps - before.Steps;
        Assert.True(steps >= 99);
        // Four requests' beginnings and ends are in it: their results, the growth of their text.
        Assert.InRange((after.ManagedBytes - before.ManagedBytes) / steps, 0, 200);
    }

    /// <summary>Figures for people; run with <c>-explicit only</c>.</summary>
    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public async Task Figures_of_the_tiny_shape(int rows)
    {
        var directory = Directory.CreateTempSubdirectory("aigc-overhead-");
        try
        {
            LlamaGraph.Write(LlamaShape.Tiny, new RandomWeights(LlamaShape.Tiny, 1), directory.FullName, WeightFormat.Int8);
            var (generator, _) = Open(Path.Combine(directory.FullName, "model.onnx"), rows, 512, threads: 2);
            await using var _1 = generator;
            foreach (var sampling in (SamplingSpec[])[new() { Temperature = 0 }, new() { Temperature = 0.8 }, new() { Temperature = 0.8, TopP = 0.95, TopK = 40 }])
            {
                await Generate(generator, rows, 100, sampling);
                var before = generator.Statistics;
                await Generate(generator, rows, 400, sampling);
                var after = generator.Statistics;
                var steps = after.Steps - before.Steps;
                var (inside, outside) = ((after.BackendTime - before.BackendTime) / steps, (after.OutsideTime - before.OutsideTime) / steps);
                TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
                    $"rows {rows}, T {sampling.Temperature}, p {sampling.TopP}, k {sampling.TopK}: ORT {inside.TotalMicroseconds:f0} us, outside {outside.TotalMicroseconds:f1} us ({outside / (inside + outside):p2}), {(after.ManagedBytes - before.ManagedBytes) / steps} bytes a step, {rows / (inside + outside).TotalSeconds:f0} tokens/s"));
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static (TextGenerator Generator, OrtDecoderBackend Backend) Open(string path, int slots, int slotLength, int threads)
    {
        var options = new OrtOptions(slots, slotLength, threads);
        var session = OrtSessions.Open(path, options, OrtSessions.Cpu);
        var backend = new OrtDecoderBackend(session, DecoderGraph.Read(session, path), options, OrtSessions.Cpu);
        return (new("overhead", backend, new Letters(), options.Limits(100), TestMeters.Instruments(), TimeProvider.System), backend);
    }

    private static Task<GenerationResult[]> Generate(TextGenerator generator, int rows, int tokens, SamplingSpec? sampling = null) => Task.WhenAll(Enumerable.Range(0, rows).Select(row =>
        generator.Start(new(NanoModel.Tokens(8, row), (sampling ?? new() { Temperature = 1 }) with { MaxTokens = tokens, Seed = row }, 0)).Completion));

    /// <summary>Every token is a letter and none ends.</summary>
    private sealed class Letters : ITokenText
    {
        private static readonly byte[] Alphabet = [.. "abcdefghijklmnopqrstuvwxyz"u8];

        public bool IsEnd(int token) => false;

        public ReadOnlySpan<byte> BytesOf(int token) => Alphabet.AsSpan(token % Alphabet.Length, 1);
    }
}
