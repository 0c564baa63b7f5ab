using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Models.Classification;
using Aigc.Models.Folders;

namespace Aigc.Models.Tests.Classification;

public sealed class ClassifierFolderTests : IDisposable
{
    static readonly ClassifierConfig Config = new() { Labels = ["hate", "violence"], Thresholds = [0.25, 0.75], Features = new() { Buckets = 64 } };
    readonly string directory = Directory.CreateTempSubdirectory("aigc-classifier-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_configuration_is_read_as_it_was_written()
    {
        var read = Read(Config.ToJson());
        Assert.Equal(Config.Labels, read.Labels);
        Assert.Equal(Config.Thresholds, read.Thresholds);
        Assert.Equal(64, read.Features.Buckets);
        Assert.Equal([1, 2], read.Features.WordOrders);
        Assert.Equal([3, 4, 5], read.Features.CharacterOrders);
        Assert.Equal(8192, read.Features.MaxFeatures);
    }

    [Theory]
    [InlineData("model_type", "\"bert\"", "model_type")]
    [InlineData("id2label", "{}", "id2label")]
    [InlineData("id2label", "{\"0\":\"hate\",\"1\":\"hate\"}", "id2label")]
    [InlineData("id2label", "{\"0\":\"hate\",\"2\":\"violence\"}", "id2label")]
    [InlineData("id2label", "[\"hate\"]", "id2label")]
    [InlineData("thresholds", "{\"hate\":0.5}", "violence")]
    [InlineData("thresholds", "{\"hate\":0.5,\"violence\":1}", "violence")]
    [InlineData("features", "{}", "buckets")]
    [InlineData("features", "{\"buckets\":2000000000,\"word_orders\":[1],\"character_orders\":[],\"max_features\":10}", "buckets")]
    [InlineData("features", "{\"buckets\":10,\"word_orders\":[0],\"character_orders\":[],\"max_features\":10}", "word_orders")]
    [InlineData("features", "{\"buckets\":10,\"word_orders\":[1],\"character_orders\":[1000000],\"max_features\":10}", "character_orders")]
    [InlineData("features", "{\"buckets\":10,\"word_orders\":[1],\"character_orders\":[],\"max_features\":-1}", "max_features")]
    public void A_configuration_that_cannot_be_is_refused_by_its_key(string key, string value, string named)
    {
        var json = Config.ToJson();
        json[key] = JsonNode.Parse(value);
        Assert.Contains(named, Assert.Throws<FormatException>(() => Read(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_opens_and_its_graph_is_one_file()
    {
        Write(Config, buckets: 64, labels: 2);
        Assert.True(ClassifierFolder.Looks(directory));
        var folder = ClassifierFolder.Open(directory);
        Assert.Equal(["hate", "violence"], folder.Config.Labels);
        Assert.Equal(2, folder.Graph.Graph.Inputs.Count);
        Assert.Equal(2, Directory.GetFiles(directory).Length);
    }

    [Fact]
    public void The_same_weights_are_the_same_bytes()
    {
        Write(Config, buckets: 64, labels: 2);
        var first = File.ReadAllBytes(Path.Combine(directory, "model.onnx"));
        Write(Config, buckets: 64, labels: 2);
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(directory, "model.onnx")));
    }

    [Fact]
    public void A_graph_of_other_labels_than_the_configuration_is_refused()
    {
        Write(Config, buckets: 64, labels: 3);
        Assert.Equal("model.onnx", Assert.Throws<ModelFolderException>(() => ClassifierFolder.Open(directory)).File);
    }

    [Fact]
    public void A_decoder_s_folder_is_not_a_classifier_s_and_an_empty_one_neither()
    {
        Assert.False(ClassifierFolder.Looks(directory));
        File.WriteAllText(Path.Combine(directory, "config.json"), "{\"model_type\":\"llama\"}");
        Assert.False(ClassifierFolder.Looks(directory));
        Assert.Equal("config.json", Assert.Throws<ModelFolderException>(() => ClassifierFolder.Open(directory)).File);
    }

    static ClassifierConfig Read(JsonObject json) => ClassifierConfig.Read(JsonDocument.Parse(json.ToJsonString()).RootElement);

    void Write(ClassifierConfig config, int buckets, int labels)
    {
        File.WriteAllText(Path.Combine(directory, "config.json"), config.ToJson().ToJsonString());
        ClassifierGraph.Write(directory, [.. Enumerable.Range(0, buckets * labels).Select(n => n / 10f)], new float[labels]);
    }
}
