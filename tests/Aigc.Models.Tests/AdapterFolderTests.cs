using System.Text.Json.Nodes;
using Aigc.Models.Folders;
using Aigc.Models.Llama;

namespace Aigc.Models.Tests;

public sealed class AdapterFolderTests : IDisposable
{
    const string Query = "model.layers.1.self_attn.q_proj";
    static readonly LlamaShape Shape = LlamaShape.Nano;
    readonly TestFolder folder = new();

    string Config => Path.Combine(folder.Path, "adapter_config.json");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_written_folder_is_read()
    {
        var matrices = Write(rank: 4, alpha: 8);
        var adapter = AdapterFolder.Open(folder.Path, Shape, 8);
        Assert.Equal((4, 2f), (adapter.Settings.Rank, adapter.Settings.Scale));
        Assert.Equal(matrices.A, adapter.Modules[Query].A);
        Assert.Equal(matrices.B, adapter.Modules[Query].B);
        Assert.Single(adapter.Modules);
    }

    [Fact]
    public void A_rank_stabilised_adapter_is_scaled_by_the_root()
    {
        Write(rank: 4, alpha: 8);
        Change("use_rslora", true);
        Assert.Equal(4f, AdapterFolder.Open(folder.Path, Shape, 8).Settings.Scale);
    }

    [Theory]
    [InlineData("use_dora", "true")]
    [InlineData("bias", "\"all\"")]
    [InlineData("lora_bias", "true")]
    [InlineData("modules_to_save", "[\"lm_head\"]")]
    [InlineData("rank_pattern", "{\"q_proj\":2}")]
    [InlineData("alpha_pattern", "{\"q_proj\":2}")]
    [InlineData("fan_in_fan_out", "true")]
    [InlineData("layer_replication", "[[0,1]]")]
    [InlineData("trainable_token_indices", "[1]")]
    [InlineData("use_qalora", "true")]
    [InlineData("peft_type", "\"IA3\"")]
    [InlineData("r", "0")]
    [InlineData("r", "2.5")]
    [InlineData("r", "\"8\"")]
    [InlineData("r", "100000")]
    [InlineData("lora_alpha", "null")]
    public void What_is_not_computed_here_is_refused_by_name(string key, string value)
    {
        Write();
        Change(key, JsonNode.Parse(value));
        var refused = Assert.Throws<ModelFolderException>(() => AdapterFolder.Open(folder.Path, Shape, 8));
        Assert.Equal("adapter_config.json", refused.File);
        Assert.Contains(key, refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_trainer_writes_without_meaning_is_no_obstacle()
    {
        Write();
        foreach (var (key, value) in new Dictionary<string, string> { ["modules_to_save"] = "null", ["rank_pattern"] = "{}", ["layer_replication"] = "null", ["use_dora"] = "false", ["init_lora_weights"] = "true", ["trainable_token_indices"] = "null" })
            Change(key, JsonNode.Parse(value));
        Assert.NotEmpty(AdapterFolder.Open(folder.Path, Shape, 8).Modules);
    }

    [Fact]
    public void A_rank_above_the_limit_is_refused_with_figures()
    {
        Write(rank: 4);
        Assert.Contains("at most 2", Assert.Throws<ModelFolderException>(() => AdapterFolder.Open(folder.Path, Shape, 2)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("adapter_config.json")]
    [InlineData("adapter_model.safetensors")]
    public void A_missing_file_is_named(string file)
    {
        Write();
        File.Delete(Path.Combine(folder.Path, file));
        Assert.Equal(file, Assert.Throws<ModelFolderException>(() => AdapterFolder.Open(folder.Path, Shape, 8)).File);
    }

    [Fact]
    public void An_adapter_for_another_shape_is_refused_by_tensor_and_figures()
    {
        Write();
        var refused = Assert.Throws<ModelFolderException>(() => AdapterFolder.Open(folder.Path, LlamaShape.Tiny, 8));
        Assert.Equal("adapter_model.safetensors", refused.File);
        Assert.Contains("q_proj.lora_", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("256", refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("base_model.model.lm_head.lora_A.weight")]
    [InlineData("base_model.model.model.embed_tokens.lora_embedding_A")]
    [InlineData("base_model.model.model.layers.2.self_attn.q_proj.lora_A.weight")]
    [InlineData("base_model.model." + Query + ".lora_magnitude_vector")]
    public void A_tensor_for_something_else_is_named(string name)
    {
        Write();
        SafeTensorsWriter.Write(Path.Combine(folder.Path, "adapter_model.safetensors"), [new(name, [4, Shape.Dim], new float[4 * Shape.Dim])]);
        Assert.Contains(name, Assert.Throws<ModelFolderException>(() => AdapterFolder.Open(folder.Path, Shape, 8)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_an_adapter_is_refused()
    {
        Write();
        SafeTensorsWriter.Write(Path.Combine(folder.Path, "adapter_model.safetensors"), [new($"base_model.model.{Query}.lora_A.weight", [4, Shape.Dim], new float[4 * Shape.Dim])]);
        Assert.Contains("lora_B.weight\" is missing", Assert.Throws<ModelFolderException>(() => AdapterFolder.Open(folder.Path, Shape, 8)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_are_not_numbers_are_refused()
    {
        Write(value: float.NaN);
        Assert.Contains("not numbers", Assert.Throws<ModelFolderException>(() => AdapterFolder.Open(folder.Path, Shape, 8)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_is_not_ours_gets_no_adapters()
    {
        folder.WriteModel();
        var graph = File.ReadAllBytes(Path.Combine(folder.Path, "model.onnx"));
        Assert.NotEmpty(AdapterGraph.Derive(graph, Shape));
        Assert.Contains("model.layers.2.", Assert.Throws<FormatException>(() => AdapterGraph.Derive(graph, Shape with { Layers = 3 })).Message, StringComparison.Ordinal);
    }

    AdapterMatrices Write(int rank = 4, double alpha = 4, float value = 0.5f)
    {
        var matrices = new AdapterMatrices([.. Enumerable.Range(0, rank * Shape.Dim).Select(i => i * value)], [.. Enumerable.Range(0, Shape.QueryWidth * rank).Select(i => i / 8f)]);
        AdapterFolder.Write(folder.Path, "base", Shape, rank, alpha, new Dictionary<string, AdapterMatrices> { [Query] = matrices });
        return matrices;
    }

    void Change(string key, JsonNode? value)
    {
        var config = JsonNode.Parse(File.ReadAllText(Config))!.AsObject();
        config[key] = value;
        File.WriteAllText(Config, config.ToJsonString());
    }
}
