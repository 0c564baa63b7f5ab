using System.Text.Json.Nodes;
using Aigc.Contracts.Inference;
using Aigc.Inference.Classification;
using Aigc.Inference.Engine;
using Aigc.Inference.Tests.Serving;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Tests.Classification;

/// <summary>Classifiers in a worker, against the same sums done by hand.</summary>
public sealed class ClassifierTests
{
    private const string Harmless = "The list is sorted before it is returned to whoever asked for it. ";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Probabilities_are_those_of_the_weights_and_flags_those_of_the_thresholds()
    {
        using var folder = new ClassifierFixture();
        string[] texts = [.. ClassifierFixture.Sentences, Harmless, "x", "Ω"];
        var results = await Classify(folder, texts);
        foreach (var (text, result) in texts.Zip(results))
        {
            AssertClose(folder.Probabilities(text), result);
            Assert.Equal(result.Probabilities.Select(probability => probability >= ClassifierFixture.Threshold), result.Flags);
        }
        Assert.Equal([[true, false], [false, true], [false, false]], results[..3].Select(result => result.Flags));
    }

    [Fact]
    public async Task A_text_is_told_the_same_alone_and_in_company()
    {
        using var folder = new ClassifierFixture();
        string[] texts = [.. Enumerable.Range(0, 150).Select(i => string.Concat(Enumerable.Repeat(Harmless, i % 20)) + ClassifierFixture.Sentences[i % 2] + i)];
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("c", folder.Path), Ct);
        var model = Assert.IsType<ClassifierModel>(lease.Model);
        var together = await model.Classify(texts, Ct);
        foreach (var (text, result) in texts.Zip(together))
            AssertClose([.. (await model.Classify([text], Ct))[0].Probabilities.Select(probability => (double)probability)], result);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15_000)]
    [InlineData(30_000)]
    public async Task A_sentence_is_found_wherever_it_stands_in_a_long_text(int before)
    {
        using var folder = new ClassifierFixture();
        var sentence = ClassifierFixture.Sentences[1];
        var text = Filled(before) + " " + sentence + " " + Filled(ClassifyText.LongestInput - before - sentence.Length - 2);
        Assert.False(folder.Probabilities(text)[1] >= ClassifierFixture.Threshold, "Whole, it drowns.");
        Assert.Equal([[false, true], [false, false]], (await Classify(folder, [text, Filled(30_000)])).Select(result => result.Flags));

        // Words that are not there twice: n-grams that repeat weigh nothing.
        static string Filled(int length) => string.Join(' ', Enumerable.Range(0, length).Select(i => Convert.ToHexStringLower(BitConverter.GetBytes(i * 0x9E3779B1L)[1..5])))[..length];
    }

    [Fact]
    public async Task Logits_that_are_no_numbers_fail_their_request_alone()
    {
        using var folder = new ClassifierFixture(new() { Poison = "zyzzyva" });
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("c", folder.Path), Ct);
        var model = Assert.IsType<ClassifierModel>(lease.Model);
        var refused = await Assert.ThrowsAsync<GenerationFailedException>(() => model.Classify([Harmless, "zyzzyva"], Ct));
        Assert.Equal("model_output_invalid", refused.Problem.Code);
        Assert.Contains("input 1", refused.Problem.Message, StringComparison.Ordinal);
        Assert.False((await model.Classify(["12345"], Ct))[0].Flags[0]);
    }

    public static TheoryData<string, string, string> Broken => new()
    {
        { "missing", "model.onnx", "missing" }, { "graph", "model.onnx", "" }, { "cut", "model.onnx", "" }, { "output", "model.onnx", "logits" }, { "type", "model.onnx", "ids of I64" },
        { "columns", "model.onnx", "[batch, 2]" }, { "buckets", "model.onnx", "" }, { "padding", "model.onnx", "padding is counted" }, { "input", "model.onnx", "alone" },
        { "labels", "config.json", "id2label" }, { "thresholds", "config.json", "thresholds" }, { "features", "config.json", "features" }, { "huge", "config.json", "buckets" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_folder_that_cannot_be_served_names_the_file_and_the_reason(string what, string file, string reason)
    {
        using var folder = new ClassifierFixture(what switch
        {
            "output" => new() { Output = "scores" },
            "type" => new() { Ids = OnnxType.I32 },
            "columns" => new() { Columns = 3 },
            "buckets" => new() { Rows = ClassifierFixture.Buckets / 2 },
            "padding" => new() { CountsPadding = true },
            "input" => new() { ExtraInput = "pixel_values" },
            _ => new(),
        });
        var graph = folder.FileOf("model.onnx");
        switch (what)
        {
            case "missing": File.Delete(graph); break;
            case "graph": File.WriteAllText(graph, "this is not a graph"); break;
            case "cut": File.WriteAllBytes(graph, File.ReadAllBytes(graph)[..900]); break;
            case "labels": folder.Edit(json => json.AsObject().Remove("id2label")); break;
            case "thresholds": folder.Edit(json => json["thresholds"] = new JsonObject { ["harassment"] = "high" }); break;
            case "features": folder.Edit(json => json.AsObject().Remove("features")); break;
            case "huge": folder.Edit(json => json["features"]!["buckets"] = int.MaxValue); break;
        }
        await using var worker = new TestWorker();
        var model = await worker.Store("c", folder.Path);
        var problem = (await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(model, Ct))).Problem;
        Assert.Equal(("model_not_loadable", file), (problem.Code, problem.Param));
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }

    private static async Task<TextLabels[]> Classify(ClassifierFixture folder, string[] texts)
    {
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("c", folder.Path), Ct);
        return await Assert.IsType<ClassifierModel>(lease.Model).Classify(texts, Ct);
    }

    private static void AssertClose(double[] expected, TextLabels actual)
    {
        Assert.Equal(expected.Length, actual.Probabilities.Count);
        Assert.All(expected.Zip(actual.Probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }
}
