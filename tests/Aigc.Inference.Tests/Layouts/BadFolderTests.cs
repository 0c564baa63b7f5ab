using System.Text.Json.Nodes;
using Aigc.Inference.Engine;
using Aigc.Inference.Tests.Serving;
using Aigc.Models.Text;

namespace Aigc.Inference.Tests.Layouts;

/// <summary>Folders that cannot be served: the file and the reason are named, and the worker's other models go on.</summary>
public sealed class BadFolderTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("onnx/model.onnx", "model.onnx")]
    [InlineData("onnx/model.onnx_data", "onnx/model.onnx")]
    public Task A_missing_file_is_named(string file, string? named = null) =>
        Refuses(folder => File.Delete(folder.FileOf(file)), named ?? file, file == "onnx/model.onnx_data" ? "model.onnx_data is missing" : "missing");

    [Theory]
    [InlineData("config.json", "{", "")]
    [InlineData("config.json", "[]", "not an object")]
    [InlineData("config.json", """{"max_position_embeddings":-4}""", "max_position_embeddings")]
    [InlineData("config.json", """{"model_type":"llama"}""", "max_position_embeddings")]
    [InlineData("generation_config.json", """{"eos_token_id":"stop"}""", "eos_token_id")]
    [InlineData("genai_config.json", "{}", "model is missing")]
    [InlineData("tokenizer.json", "{", "")]
    [InlineData("onnx/model.onnx", "this is not a graph", "")]
    [InlineData("onnx/model.onnx", "", "not an ONNX model")]
    public Task A_corrupt_file_is_named_with_the_reason(string file, string content, string reason) =>
        Refuses(folder => File.WriteAllText(folder.FileOf(file), content), file, reason);

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(0.999)]
    public Task A_truncated_graph_is_named(double share) =>
        Refuses(folder => Truncate(folder.FileOf("onnx/model.onnx"), share), "onnx/model.onnx", "");

    [Fact]
    public Task External_data_shorter_than_the_graph_says_is_named() =>
        Refuses(folder => Truncate(folder.FileOf("onnx/model.onnx_data"), 0.5), "onnx/model.onnx", "model.onnx_data is shorter");

    [Fact]
    public Task Heads_other_than_the_configuration_says_are_refused() =>
        Refuses(folder => folder.With(Sound with { DeclaredKvHeads = 2 }, "onnx"), "config.json", "key heads");

    [Fact]
    public Task Heads_the_graph_does_not_have_are_refused() => Refuses(
        folder =>
        {
            folder.With(Sound with { DeclaredKvHeads = 2 }, "onnx");
            folder.Json("config.json", new JsonObject { ["max_position_embeddings"] = 128 });
        },
        "onnx/model.onnx", "");

    [Fact]
    public Task Layers_other_than_the_configuration_says_are_refused() =>
        Refuses(folder => folder.Json("config.json", new JsonObject { ["max_position_embeddings"] = 128, ["num_hidden_layers"] = 7 }), "config.json", "7 layers");

    [Fact]
    public Task A_tokenizer_whose_ids_exceed_the_embedding_is_refused() => Refuses(
        folder =>
        {
            (Sound with { Shape = folder.Shape with { Vocabulary = 200 } }).Write(folder.FileOf("onnx"));
            folder.Json("config.json", new JsonObject { ["max_position_embeddings"] = 128 });
        },
        "tokenizer.json", "tokens and the model 200");

    [Fact]
    public Task A_graph_without_a_past_is_refused_with_what_to_do() =>
        Refuses(folder => folder.With(Sound with { Past = "cache.%d.{0}" }, "onnx"), "onnx/model.onnx", "text-generation-with-past");

    [Fact]
    public Task A_graph_that_forgets_its_past_is_refused() =>
        Refuses(folder => folder.With(Sound with { IgnoresPast = true }, "onnx"), "onnx/model.onnx", "decoding one token");

    [Fact]
    public async Task A_published_model_larger_than_the_budget_is_refused_with_figures()
    {
        using var folder = Folder();
        await using var worker = new TestWorker(new() { ["Aigc:Inference:MemoryBudget"] = "500000" });
        Assert.Contains("MemoryBudget", (await PublishedFolderTests.Refused(worker, folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("grouped")]
    public async Task Logits_that_are_no_numbers_fail_their_request_alone(string layout)
    {
        using var folder = new PublishedFolder();
        var poison = TextTokenizer.Load(folder.Path).Encode("Z")[0];
        folder.With(LayoutAgreementTests.Of(layout, "Fp32") with { PoisonedToken = poison });
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("a", folder.Path), Ct);
        var alone = await PublishedFolderTests.Run(lease, "Returns the", 2);
        for (var round = 0; round < 3; round++)
        {
            var (sound, ill) = (PublishedFolderTests.Run(lease, "Returns the", 2), PublishedFolderTests.Run(lease, "Returns Z the number of elements", 3));
            var problem = (await Assert.ThrowsAsync<GenerationFailedException>(() => ill)).Problem;
            Assert.Equal("model_output_invalid", problem.Code);
            Assert.Equal(alone.Text, (await sound).Text);
            // The slot that held it is used again.
            var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PublishedFolderTests.Run(lease, "Returns the", 2)));
            Assert.All(all, answer => Assert.Equal(alone.Text, answer.Text));
        }
    }

    private static PublishedGraph Sound => new() { File = new() { Data = "model.onnx_data" } };

    private static PublishedFolder Folder() => new PublishedFolder().With(Sound, "onnx");

    private static void Truncate(string path, double share)
    {
        using var file = File.OpenWrite(path);
        file.SetLength((long)(file.Length * share));
    }

    private static async Task Refuses(Action<PublishedFolder> damage, string file, string reason)
    {
        await using var worker = new TestWorker();
        using var sound = await worker.Host.Acquire(await worker.Store("sound"), Ct);
        using var folder = Folder();
        damage(folder);
        var problem = await PublishedFolderTests.Refused(worker, folder);
        Assert.Equal(("model_not_loadable", file), (problem.Code, problem.Param));
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty((await PublishedFolderTests.Run(sound, "Returns the")).Text);
        Assert.Single(worker.Host.Loaded);
    }
}
