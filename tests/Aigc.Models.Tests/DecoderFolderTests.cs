using Aigc.Models.Folders;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Models.Tests;

/// <summary>Folders from elsewhere: what is found in them, and what of them is not believed.</summary>
public sealed class DecoderFolderTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Graphs_are_found_by_name_in_the_root_first()
    {
        folder.WriteModel();
        Directory.CreateDirectory(Path.Combine(folder.Path, "onnx"));
        foreach (var file in (string[])["onnx/model.onnx", "onnx/model_q4f16.onnx", "onnx/decoder_model_merged_int8.onnx", "onnx/decoder_model.onnx", "onnx/vision_encoder.onnx", "onnx/models.onnx"])
            File.WriteAllText(Path.Combine(folder.Path, file), "");
        GraphVariant[] expected = [new("fp32", "model.onnx"), new("q4f16", "onnx/model_q4f16.onnx"), new("int8", "onnx/decoder_model_merged_int8.onnx")];
        Assert.Equal(expected, GraphVariants.Of(folder.Path));
        Assert.Equal("int8", GraphVariants.Choose(expected, null, gpu: false)!.Name);
        Assert.Equal("q4f16", GraphVariants.Choose(expected, null, gpu: true)!.Name);
        Assert.Equal("fp32", GraphVariants.Choose(expected, "FP32", gpu: true)!.Name);
        Assert.Null(GraphVariants.Choose(expected, "q2", gpu: false));
    }

    [Fact]
    public void A_graph_is_read_without_its_weights()
    {
        folder.WriteModel(WeightFormat.Fp32);
        var graph = OnnxFile.Read(Path.Combine(folder.Path, "model.onnx"));
        Assert.Equal(OnnxType.I64, graph.Inputs["input_ids"].Type);
        Assert.Equal([-1, LlamaShape.Nano.KvHeads, -1, LlamaShape.Nano.HeadDim], graph.Inputs["past_key_values.1.value"].Dimensions);
        Assert.Equal([-1, LlamaShape.Nano.Vocabulary], graph.Outputs["logits"].Dimensions);
        Assert.Contains("GroupQueryAttention", graph.Operators);
        Assert.Contains("past_key_values.0.key", graph.SharedCaches);
        Assert.NotEmpty(graph.Externals);
    }

    [Theory]
    [InlineData("../model.onnx.data", "0", "outside")]
    [InlineData("/etc/passwd", "0", "outside")]
    [InlineData("elsewhere.data", "0", "elsewhere.data is missing")]
    [InlineData("model.onnx.data", "999999999", "shorter")]
    public void External_data_of_a_published_graph_stays_in_the_folder(string location, string offset, string reason)
    {
        folder.WriteModel();
        var tensor = new ProtoWriter().Message(13, new ProtoWriter().Text(1, "location").Text(2, location))
            .Message(13, new ProtoWriter().Text(1, "offset").Text(2, offset));
        // Inside of a branch, where a careless reader does not look.
        var branch = new ProtoWriter().Message(6, new ProtoWriter().Message(5, tensor));
        var node = new ProtoWriter().Text(4, "If").Message(5, branch);
        File.WriteAllBytes(Path.Combine(folder.Path, "model.onnx"), new ProtoWriter().Message(7, new ProtoWriter().Message(1, node)).Bytes);
        var error = Assert.Throws<ModelFolderException>(() => DecoderFolder.Open(folder.Path).Graph(null, gpu: false));
        Assert.Equal("model.onnx", error.File);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_anywhere_in_the_folder_is_refused()
    {
        folder.WriteModel();
        Directory.CreateDirectory(Path.Combine(folder.Path, "onnx"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "onnx", "model.onnx_data"), Path.Combine(folder.Path, "model.onnx.data"));
        Assert.Contains("links", Assert.Throws<ModelFolderException>(() => DecoderFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max_position_embeddings")]
    [InlineData("n_positions")]
    [InlineData("n_ctx")]
    [InlineData("seq_length")]
    public void The_context_is_known_by_any_of_its_names(string key)
    {
        folder.WriteModel();
        File.WriteAllText(Path.Combine(folder.Path, "config.json"), $$"""{"{{key}}":77,"eos_token_id":[1,5]}""");
        var opened = DecoderFolder.Open(folder.Path);
        Assert.Equal(77, opened.ContextLength);
        Assert.Equal([1, 5], opened.Ends.Order());
    }

    [Fact]
    public void A_graph_that_nests_without_end_is_refused()
    {
        folder.WriteModel();
        var graph = new ProtoWriter().Text(2, "innermost");
        for (var i = 0; i < 50; i++)
            graph = new ProtoWriter().Message(1, new ProtoWriter().Message(5, new ProtoWriter().Message(6, graph)));
        File.WriteAllBytes(Path.Combine(folder.Path, "model.onnx"), new ProtoWriter().Message(7, graph).Bytes);
        Assert.Throws<ModelFolderException>(() => DecoderFolder.Open(folder.Path).Graph(null, gpu: false));
    }
}
