using System.Text.Json.Nodes;
using Aigc.Contracts.Inference;
using Aigc.Inference.Embeddings;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Serving;
using Aigc.Models.Text;

namespace Aigc.Inference.Tests.Embeddings;

/// <summary>Folders with encoders, through the worker; vectors compared with the same sums done by hand.</summary>
public sealed class EmbeddingTests
{
    private static readonly string[] Texts = ["Returns the number of elements", "dog", "", "The quick brown fox jumps over the lazy dog, and the dog's friends don't mind", "int x"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_mean_of_a_texts_tokens_is_its_vector_whatever_runs_beside_it()
    {
        using var folder = new EncoderFixture().WithModules("mean_tokens", normalise: false);
        var (vectors, tokens) = await Embed(folder, Texts);
        for (var i = 0; i < Texts.Length; i++)
            AssertClose(folder.Mean(Texts[i]), vectors[i]);
        Assert.Equal(Texts.Select(text => folder.Tokens(text).Length), tokens);
    }

    [Fact]
    public async Task The_first_token_is_taken_where_the_folder_says_so_and_scaled_to_length_one()
    {
        using var folder = new EncoderFixture().WithModules("cls_token", normalise: true);
        var (vectors, _) = await Embed(folder, Texts);
        for (var i = 0; i < Texts.Length; i++)
            AssertClose(EncoderFixture.Normalised(folder.Hidden(folder.Tokens(Texts[i]))[0]), vectors[i]);
    }

    [Fact]
    public async Task A_decoder_gives_the_vector_of_the_last_token()
    {
        using var folder = new EncoderFixture(new() { Decoder = true, TokenTypes = false }, "model.onnx").WithModules("lasttoken", normalise: false);
        var (vectors, _) = await Embed(folder, Texts);
        for (var i = 0; i < Texts.Length; i++)
            AssertClose(folder.Hidden(folder.Tokens(Texts[i]))[^1], vectors[i]);
    }

    [Theory]
    [InlineData("sentence_embedding")]
    [InlineData("pooler_output")]
    public async Task A_vector_the_graph_has_pooled_is_taken_as_it_is(string output)
    {
        using var folder = new EncoderFixture(new() { Output = output }).WithModules("mean_tokens", normalise: false);
        var (vectors, _) = await Embed(folder, Texts);
        for (var i = 0; i < Texts.Length; i++)
            AssertClose(folder.Hidden(folder.Tokens(Texts[i]))[0], vectors[i]);
    }

    [Fact]
    public async Task A_folder_without_modules_is_known_by_its_family_and_pooled_by_the_mean()
    {
        using var folder = new EncoderFixture(new() { Half = true });
        File.Delete(folder.FileOf("sentence_bert_config.json"));
        var (vectors, _) = await Embed(folder, ["Returns the number"]);
        AssertClose(folder.Mean("Returns the number"), vectors[0], 5e-3);
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_first_ones_scaled_to_length_one()
    {
        using var folder = new EncoderFixture().WithModules("mean_tokens", normalise: true);
        Edit(folder, "config.json", config => config["matryoshka_dimensions"] = new JsonArray(5, 8));
        var (vectors, _) = await Embed(folder, ["dog"], command => command with { Dimensions = 5 });
        AssertClose(EncoderFixture.Normalised(folder.Mean("dog")[..5]), vectors[0]);
    }

    [Fact]
    public async Task Fewer_dimensions_are_refused_where_the_model_does_not_say_that_it_has_them()
    {
        using var folder = new EncoderFixture().WithModules("mean_tokens", normalise: true);
        var refused = await Assert.ThrowsAsync<GenerationFailedException>(() => Embed(folder, ["dog"], command => command with { Dimensions = 5 }));
        Assert.Equal(("invalid_request", "dimensions"), (refused.Problem.Code, refused.Problem.Param));
    }

    [Fact]
    public async Task Tokens_are_embedded_as_their_text_is()
    {
        using var folder = new EncoderFixture().WithModules("mean_tokens", normalise: false);
        var ids = TextTokenizer.Load(folder.Path).Encode("the lazy dog");
        var (vectors, _) = await Embed(folder, [], command => command with { Inputs = [new() { Tokens = ids }] });
        AssertClose(folder.Mean("the lazy dog"), vectors[0]);
    }

    [Fact]
    public async Task A_text_longer_than_the_model_reads_is_refused_or_cut_as_asked()
    {
        using var folder = new EncoderFixture().WithModules("mean_tokens", normalise: false);
        var text = string.Concat(Enumerable.Repeat("zq ", 100));
        var refused = await Assert.ThrowsAsync<GenerationFailedException>(() => Embed(folder, ["dog", text]));
        Assert.Equal(("context_length_exceeded", "inputs[1]"), (refused.Problem.Code, refused.Problem.Param));
        Assert.Contains("64", refused.Problem.Message, StringComparison.Ordinal);
        var (vectors, tokens) = await Embed(folder, [text], command => command with { Truncate = true });
        int[] cut = [.. folder.Tokens(text)[..(EncoderFixture.MaxLength - 1)], EncoderFixture.Sep];
        var hidden = folder.Hidden(cut);
        AssertClose([.. Enumerable.Range(0, EncoderFixture.Dim).Select(d => hidden.Average(token => token[d]))], vectors[0]);
        Assert.Equal([64], tokens);
    }

    [Theory]
    [InlineData("dimensions", "dimensions")]
    [InlineData("token", "inputs[0]")]
    public async Task What_the_model_cannot_do_is_refused_by_field(string what, string param)
    {
        using var folder = new EncoderFixture().WithModules("mean_tokens", normalise: false);
        var refused = await Assert.ThrowsAsync<GenerationFailedException>(() => Embed(folder, ["dog"], command => what == "dimensions"
            ? command with { Dimensions = 17 }
            : command with { Inputs = [new() { Tokens = [512] }] }));
        Assert.Equal(("invalid_request", param), (refused.Problem.Code, refused.Problem.Param));
    }

    [Fact]
    public async Task A_vector_that_is_no_number_fails_its_request_alone()
    {
        using var probe = new EncoderFixture();
        var poison = TextTokenizer.Load(probe.Path).Encode("Z")[0];
        using var folder = new EncoderFixture(new() { PoisonedToken = poison }).WithModules("mean_tokens", normalise: true);
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("e", folder.Path), Ct);
        var model = Assert.IsType<EmbeddingModel>(lease.Model);
        var refused = await Assert.ThrowsAsync<GenerationFailedException>(() => model.Embed(Command(model, ["Z"]), Ct));
        Assert.Equal("model_output_invalid", refused.Problem.Code);
        AssertClose(EncoderFixture.Normalised(folder.Mean("dog")), (await model.Embed(Command(model, ["dog"]), Ct)).Vectors[0]);
    }

    public static TheoryData<string, string, string> Broken => new()
    {
        { "dense", "modules.json", "Dense" }, { "max", "1_Pooling/config.json", "max_tokens" }, { "escape", "modules.json", "out of the folder" },
        { "mask", "onnx/model.onnx", "mask" }, { "input", "onnx/model.onnx", "pixel_values" }, { "output", "onnx/model.onnx", "last_hidden_state" },
        { "tokenizer", "tokenizer.json", "missing" }, { "processor", "tokenizer.json", "post_processor" }, { "graph", "onnx/model.onnx", "" },
        { "length", "sentence_bert_config.json", "max_seq_length" }, { "vocabulary", "tokenizer.json", "tokens and the model" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_folder_that_cannot_be_served_names_the_file_and_the_reason(string what, string file, string reason)
    {
        using var folder = new EncoderFixture(what switch
        {
            "mask" => new() { IgnoresMask = true },
            "input" => new() { ExtraInput = "pixel_values" },
            "output" => new() { Output = "scores" },
            _ => new(),
        }).WithModules(what == "max" ? "max_tokens" : "mean_tokens", normalise: false, what == "dense" ? "sentence_transformers.models.Dense" : null);
        switch (what)
        {
            case "escape": File.WriteAllText(folder.FileOf("modules.json"), """[{"type":"x.Pooling","path":"../../etc"}]"""); break;
            case "tokenizer": File.Delete(folder.FileOf("tokenizer.json")); break;
            case "processor": Edit(folder, "tokenizer.json", json => json["post_processor"] = new JsonObject { ["type"] = "Riddle" }); break;
            case "graph": File.WriteAllBytes(folder.FileOf("onnx/model.onnx"), File.ReadAllBytes(folder.FileOf("onnx/model.onnx"))[..900]); break;
            case "length": Edit(folder, "sentence_bert_config.json", json => json["max_seq_length"] = "long"); break;
            case "vocabulary": Edit(folder, "config.json", json => json["vocab_size"] = 100); break;
        }
        await using var worker = new TestWorker();
        var model = await worker.Store("e", folder.Path);
        var problem = (await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(model, Ct))).Problem;
        Assert.Equal(("model_not_loadable", file), (problem.Code, problem.Param));
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batches_hold_texts_of_like_length_and_every_text_once()
    {
        var inputs = Enumerable.Range(0, 200).Select(i => new int[1 + (i * 37 % 500)]).ToArray();
        var batches = EmbeddingModel.Batches(inputs).ToList();
        Assert.Equal(Enumerable.Range(0, 200), batches.SelectMany(batch => batch).Order());
        Assert.All(batches, batch =>
        {
            var longest = batch.Max(i => inputs[i].Length);
            Assert.True(batch.Length * longest <= 4096 && batch.Min(i => inputs[i].Length) >= (longest - 16) / 2);
        });
        Assert.InRange(batches.Count, 200 * 250 / 4096, 40);
    }

    internal static EmbedText Command(LoadedModel model, string[] texts) => new()
    {
        RequestId = Guid.NewGuid(),
        Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
        Model = model.Reference,
        Inputs = [.. texts.Select(text => new EmbeddingInput { Text = text })],
    };

    private static async Task<(float[][] Vectors, int[] Tokens)> Embed(EncoderFixture folder, string[] texts, Func<EmbedText, EmbedText>? change = null)
    {
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("e", folder.Path), Ct);
        var model = Assert.IsType<EmbeddingModel>(lease.Model);
        var command = Command(model, texts);
        return await model.Embed(change?.Invoke(command) ?? command, Ct);
    }

    private static void Edit(EncoderFixture folder, string file, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(folder.FileOf(file)))!;
        change(json);
        folder.Json(file, json);
    }

    private static void AssertClose(double[] expected, float[] actual, double same = 1e-5)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= same, $"{i}: {expected[i]} and {actual[i]}");
    }
}
