using Aigc.ModelTraining.Imports;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Tests.Imports;

public sealed class Choosing_files
{
    [Theory]
    [InlineData("config.json", true)]
    [InlineData("tokenizer.json", true)]
    [InlineData("tokenizer_config.json", true)]
    [InlineData("tokenizer.model", true)]
    [InlineData("spiece.model", true)]
    [InlineData("vocab.txt", true)]
    [InlineData("merges.txt", true)]
    [InlineData("chat_template.jinja", true)]
    [InlineData("1_Pooling/config.json", true)]
    [InlineData("sentence_bert_config.json", true)]
    [InlineData("LICENSE.md", true)]
    [InlineData("onnx/config.json", false)]
    [InlineData("README.md", false)]
    [InlineData("pytorch_model.bin", false)]
    [InlineData("training_args.bin", false)]
    [InlineData("old/tokenizer.json", false)]
    [InlineData("config.json.bak", false)]
    public void Configurations_are_told_by_their_names(string path, bool taken) => Assert.Equal(taken, FileChoice.Configurations(Files(path)).Any());

    [Fact]
    public void The_graph_for_a_processor_is_taken_with_its_weights()
    {
        var files = Files(
            "onnx/model.onnx", "onnx/model.onnx_data", "onnx/model_fp16.onnx", "onnx/model_q4.onnx", "onnx/model_q4.onnx_data", "onnx/model_q4.onnx_data_1", "onnx/model_q4f16.onnx_data");
        Assert.Equal(["onnx/model_q4.onnx", "onnx/model_q4.onnx_data", "onnx/model_q4.onnx_data_1"], Paths(files, null));
        Assert.Equal(["onnx/model_fp16.onnx"], Paths(files, "fp16"));
        Assert.Equal(["onnx/model.onnx", "onnx/model.onnx_data"], Paths(files, "fp32"));
    }

    [Fact]
    public void A_variant_that_is_not_there_is_named_with_those_that_are()
    {
        var refused = Assert.Throws<ProblemException>(() => FileChoice.Graph(Files("onnx/model.onnx", "onnx/model_fp16.onnx"), "q4", null));
        Assert.Equal("variant_not_found", refused.Problem.Code);
        Assert.Contains("fp32, fp16", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Graphs_of_other_models_are_named()
    {
        var refused = Assert.Throws<ProblemException>(() => FileChoice.Graph(Files("onnx/encoder_model.onnx"), null, null));
        Assert.Contains("onnx/encoder_model.onnx", refused.Message, StringComparison.Ordinal);
    }

    static WantedFile[] Files(params string[] paths) => [.. paths.Select(path => new WantedFile(path, null) { Size = 1 })];

    static IEnumerable<string> Paths(WantedFile[] files, string? variant) => FileChoice.Graph(files, variant, null).Select(file => file.Path);
}
