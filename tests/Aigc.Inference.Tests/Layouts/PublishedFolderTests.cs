using System.Text.Json.Nodes;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Serving;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Tests.Layouts;

/// <summary>Folders in the shapes hubs have them, through the worker: stored, checked, loaded, asked.</summary>
public sealed class PublishedFolderTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static JsonObject GenAi => new()
    {
        ["model"] = new JsonObject
        {
            ["type"] = "llama",
            ["context_length"] = 64,
            ["vocab_size"] = 512,
            ["bos_token_id"] = 0,
            ["eos_token_id"] = new JsonArray(1, 4),
            ["pad_token_id"] = 1,
            ["decoder"] = new JsonObject
            {
                ["session_options"] = new JsonObject { ["log_id"] = "onnxruntime-genai", ["provider_options"] = new JsonArray() },
                ["filename"] = "decoder.onnx",
                ["head_size"] = 32,
                ["hidden_size"] = 64,
                ["inputs"] = new JsonObject
                {
                    ["input_ids"] = "input_ids",
                    ["attention_mask"] = "attention_mask",
                    ["past_key_names"] = "past_%d_key",
                    ["past_value_names"] = "past_%d_value",
                },
                ["outputs"] = new JsonObject { ["logits"] = "logits", ["present_key_names"] = "now_%d_key", ["present_value_names"] = "now_%d_value" },
                ["num_attention_heads"] = 2,
                ["num_hidden_layers"] = 2,
                ["num_key_value_heads"] = 1,
            },
        },
        ["search"] = new JsonObject { ["do_sample"] = false, ["max_length"] = 64, ["past_present_share_buffer"] = true },
    };

    private static PublishedGraph GenAiGraph => new()
    {
        Attends = Attends.Grouped,
        PositionIds = false,
        Past = "past_%d_{0}",
        Present = "now_%d_{0}",
        File = new() { File = "decoder.onnx", Data = "decoder.onnx.data" },
    };

    [Theory]
    [InlineData("model.onnx", "", false)]
    [InlineData("model.onnx", "onnx", false)]
    [InlineData("decoder_model.onnx", "", false)]
    [InlineData("decoder_model_merged.onnx", "onnx", true)]
    [InlineData("model_int8.onnx", "onnx", false)]
    public async Task A_graph_is_found_by_any_of_its_usual_names(string file, string subfolder, bool merged)
    {
        using var folder = new PublishedFolder().With(new() { File = new() { File = file, Data = file + "_data" }, Merged = merged }, subfolder);
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("a", folder.Path), Ct);
        Assert.Equal(subfolder.Length > 0 ? $"{subfolder}/{file}" : file, lease.Model.Report.Graph);
        Assert.NotEmpty((await Run(lease, "Returns the")).Text);
    }

    [Fact]
    public async Task Every_layout_of_the_same_weights_answers_with_the_same_text()
    {
        using var own = new PublishedFolder().WithOwn();
        using var plain = new PublishedFolder().With(new());
        using var counting = new PublishedFolder().With(new() { PositionIds = false });
        using var traced = new PublishedFolder().With(new() { Merged = true, TracedWithOneToken = true });
        using var grouped = new PublishedFolder().With(new() { Attends = Attends.Grouped });
        using var groupedCounting = new PublishedFolder().With(new() { Attends = Attends.Grouped, PositionIds = false, PositionsFromPast = true });
        using var oneRow = new PublishedFolder().With(new() { Batch = 1 });
        await using var worker = new TestWorker();
        var answers = new List<string>();
        foreach (var folder in (PublishedFolder[])[own, plain, counting, traced, grouped, groupedCounting, oneRow])
        {
            using var lease = await worker.Host.Acquire(await worker.Store("a", folder.Path), Ct);
            // Several at once, so that the batch is ragged and changes.
            var all = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Run(lease, "Returns the number"[..(6 + (2 * i))], seed: i)));
            answers.Add(string.Join('|', all.Select(answer => answer.Text)));
        }
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
    }

    [Fact]
    public async Task A_processor_gets_the_graph_of_four_bits_and_the_setting_any_other()
    {
        using var folder = Variants();
        await using (var worker = new TestWorker())
        {
            using var lease = await worker.Host.Acquire(await worker.Store("a", folder.Path), Ct);
            Assert.Equal("onnx/model_q4.onnx", lease.Model.Report.Graph);
        }
        await using var other = new TestWorker(new() { ["Aigc:Inference:Variant"] = "fp16" });
        using var half = await other.Host.Acquire(await other.Store("a", folder.Path), Ct);
        Assert.Equal("onnx/model_fp16.onnx", half.Model.Report.Graph);
        Assert.NotEmpty((await Run(half, "Returns the")).Text);
    }

    [Fact]
    public async Task A_variant_the_folder_lacks_is_refused_with_those_it_has()
    {
        using var folder = Variants();
        await using var worker = new TestWorker(new() { ["Aigc:Inference:Variant"] = "bnb4" });
        Assert.Contains("fp32, fp16, q4, quantized", (await Refused(worker, folder)).Message, StringComparison.Ordinal);
        Assert.Contains("bnb4", (await Refused(worker, folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_is_counted_for_the_graph_that_serves_alone()
    {
        using var folder = Variants();
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("a", folder.Path), Ct);
        var weights = new DirectoryInfo(folder.FileOf("onnx")).EnumerateFiles("model_q4.onnx*").Sum(file => file.Length);
        // Keys and values of 2 layers, 4 slots of 128 tokens of 32 floats.
        Assert.InRange(lease.Model.MemoryBytes, weights + (2 * 2 * 4 * 128 * 32 * 4), weights + (2 * 2 * 4 * 128 * 32 * 4) + 1000);
    }

    [Fact]
    public async Task A_generate_configuration_says_which_graph_and_what_its_inputs_are_called()
    {
        using var folder = new PublishedFolder().With(GenAiGraph);
        File.Delete(folder.FileOf("config.json"));
        folder.Json("genai_config.json", GenAi);
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("a", folder.Path), Ct);
        Assert.Equal(("decoder.onnx", 64), (lease.Model.Report.Graph, lease.Model.Report.ContextLength));
        Assert.NotEmpty((await Run(lease, "Returns the")).Text);
    }

    [Theory]
    [InlineData("sliding_window", "sliding_window")]
    [InlineData("pipeline", "pipeline")]
    [InlineData("vision", "vision")]
    [InlineData("layers", "3 layers")]
    [InlineData("heads", "key heads")]
    [InlineData("filename", "missing.onnx")]
    [InlineData("escape", "outside")]
    [InlineData("names", "past_key_values.0.key")]
    public async Task A_generate_configuration_that_cannot_be_served_is_refused_by_what_it_says(string what, string named)
    {
        using var folder = new PublishedFolder().With(GenAiGraph);
        var config = GenAi;
        var (model, decoder) = (config["model"]!.AsObject(), config["model"]!["decoder"]!.AsObject());
        switch (what)
        {
            case "sliding_window": decoder["sliding_window"] = new JsonObject { ["window_size"] = 128, ["slide_key_value_cache"] = true }; break;
            case "pipeline": decoder["pipeline"] = new JsonArray(new JsonObject()); break;
            case "vision": model["vision"] = new JsonObject { ["filename"] = "vision.onnx" }; break;
            case "layers": decoder["num_hidden_layers"] = 3; break;
            case "heads": decoder["num_key_value_heads"] = 2; break;
            case "filename": decoder["filename"] = "missing.onnx"; break;
            case "escape": decoder["filename"] = "../../etc/model.onnx"; break;
            default: decoder["inputs"]!.AsObject().Remove("past_key_names"); break;
        }
        folder.Json("genai_config.json", config);
        await using var worker = new TestWorker();
        Assert.Contains(named, (await Refused(worker, folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model_type":"gpt2","n_positions":48,"n_layer":2,"vocab_size":512,"eos_token_id":1}""", 48)]
    [InlineData("""{"model_type":"gemma3","text_config":{"max_position_embeddings":80,"num_hidden_layers":2,"head_dim":32,"num_key_value_heads":1}}""", 80)]
    [InlineData("""{"model_type":"qwen3","max_position_embeddings":100,"rope_scaling":{"rope_type":"yarn","factor":4.0},"sliding_window":null}""", 100)]
    public async Task Any_family_is_served_from_what_the_graph_and_a_few_keys_say(string config, int context)
    {
        using var folder = new PublishedFolder().With(new());
        File.WriteAllText(folder.FileOf("config.json"), config);
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("a", folder.Path), Ct);
        Assert.Equal(context, lease.Model.Report.ContextLength);
    }

    [Fact]
    public async Task Every_ending_token_of_the_generation_configuration_ends_an_answer()
    {
        using var folder = new PublishedFolder().With(new());
        await using var worker = new TestWorker();
        using (var lease = await worker.Host.Acquire(await worker.Store("a", folder.Path), Ct))
            Assert.Equal("length", (await Run(lease, "Returns the")).FinishReason);
        folder.Json("generation_config.json", new JsonObject { ["eos_token_id"] = new JsonArray([.. Enumerable.Range(0, 512).Select(token => JsonValue.Create(token))]) });
        using var ending = await worker.Host.Acquire(await worker.Store("b", folder.Path), Ct);
        var answer = await Run(ending, "Returns the");
        Assert.Equal(("stop", 1), (answer.FinishReason, answer.CompletionTokens));
    }

    [Fact]
    public async Task A_special_token_beyond_the_embedding_is_no_harm()
    {
        // Gemma 3's tokenizer has one for pictures, which the text model has no row for.
        using var folder = new PublishedFolder().With(new());
        var tokenizer = JsonNode.Parse(await File.ReadAllTextAsync(folder.FileOf("tokenizer.json"), Ct))!;
        tokenizer["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = 512, ["content"] = "<picture>", ["special"] = true });
        folder.Json("tokenizer.json", tokenizer);
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("a", folder.Path), Ct);
        Assert.NotEmpty((await Run(lease, "Returns the <picture>")).Text);
    }

    [Fact]
    public async Task Weights_may_lie_in_several_files_or_in_the_graph()
    {
        using var several = new PublishedFolder().With(new() { SecondData = "model.onnx_data_1", File = new() { Data = "model.onnx_data" } });
        using var inline = new PublishedFolder().With(new() { File = new() { Data = null, Opset = 18 }, Attends = Attends.Grouped, PositionIds = false });
        Assert.True(File.Exists(several.FileOf("model.onnx_data_1")) && !File.Exists(inline.FileOf("model.onnx.data")));
        await using var worker = new TestWorker();
        foreach (var folder in (PublishedFolder[])[several, inline])
        {
            using var lease = await worker.Host.Acquire(await worker.Store("a", folder.Path), Ct);
            Assert.NotEmpty((await Run(lease, "Returns the")).Text);
        }
    }

    private static PublishedFolder Variants() => new PublishedFolder()
        .With(new() { Attends = Attends.Grouped, File = Named("model") }, "onnx")
        .With(new() { Attends = Attends.Grouped, Format = PublishedWeights.Fp16, File = Named("model_fp16") }, "onnx")
        .With(new() { Attends = Attends.Grouped, Format = PublishedWeights.Int4, File = Named("model_q4") }, "onnx")
        .With(new() { Format = PublishedWeights.Int8Dynamic, File = Named("model_quantized") }, "onnx");

    private static OnnxFileOptions Named(string name) => new() { File = name + ".onnx", Data = name + ".onnx_data" };

    internal static async Task<Contracts.Problem> Refused(TestWorker worker, PublishedFolder folder)
    {
        var model = await worker.Store("refused", folder.Path);
        return (await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(model, Ct))).Problem;
    }

    internal static Task<GenerationResult> Run(ModelLease lease, string prompt, int seed = 7)
    {
        var model = Assert.IsType<EngineModel>(lease.Model);
        var command = new GenerateText
        {
            GenerationId = Guid.NewGuid(),
            Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
            Model = model.Reference,
            Prompt = prompt,
            Sampling = new() { Temperature = 1, Seed = seed, MaxTokens = 24 },
        };
        return Assert.Single(model.Start(command, TimeProvider.System.GetTimestamp())).Completion;
    }
}
