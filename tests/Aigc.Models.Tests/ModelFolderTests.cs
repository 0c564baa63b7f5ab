using Aigc.Models.Folders;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Models.Tests;

public sealed class ModelFolderTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_whole_folder_opens()
    {
        folder.WriteModel();
        Card.Write(folder.Path);
        var model = ModelFolder.Open(folder.Path);
        Assert.Equal(LlamaShape.Nano, model.Shape);
        Assert.Equal(Card, model.Card);
        Assert.Equal(1, model.Chat.End);
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("model.onnx.data")]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    public void A_missing_file_is_named(string file)
    {
        folder.WriteModel();
        File.Delete(Path.Combine(folder.Path, file));
        Assert.Contains(file, Assert.Throws<ModelFolderException>(() => ModelFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.onnx", "not a graph")]
    [InlineData("model.onnx", "")]
    [InlineData("config.json", "{")]
    [InlineData("config.json", "{\"model_type\":\"gpt2\"}")]
    [InlineData("tokenizer.json", "[]")]
    [InlineData("tokenizer_config.json", "[]")]
    [InlineData("tokenizer_config.json", "{\"chat_template\":\"{% if %}\"}")]
    [InlineData("card.json", "{}")]
    public void A_broken_file_is_named(string file, string content)
    {
        folder.WriteModel();
        File.WriteAllText(Path.Combine(folder.Path, file), content);
        Assert.Equal(file, Assert.Throws<ModelFolderException>(() => ModelFolder.Open(folder.Path)).File);
    }

    [Fact]
    public void A_link_is_refused()
    {
        folder.WriteModel();
        var data = Path.Combine(folder.Path, "model.onnx.data");
        var elsewhere = Path.GetTempFileName();
        try
        {
            File.Move(data, elsewhere, overwrite: true);
            File.CreateSymbolicLink(data, elsewhere);
            Assert.Contains("links", Assert.Throws<ModelFolderException>(() => ModelFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(elsewhere);
        }
    }

    [Theory]
    [InlineData("../model.onnx.data", "0")]
    [InlineData("/etc/passwd", "0")]
    [InlineData("", "0")]
    [InlineData("model.onnx.data", "999999999")]
    [InlineData("model.onnx.data", "-1")]
    public void External_data_stays_in_the_folder(string location, string offset)
    {
        folder.WriteModel();
        var tensor = new ProtoWriter().Message(13, new ProtoWriter().Text(1, "location").Text(2, location))
            .Message(13, new ProtoWriter().Text(1, "offset").Text(2, offset));
        var model = new ProtoWriter().Message(7, new ProtoWriter().Message(5, tensor));
        File.WriteAllBytes(Path.Combine(folder.Path, "model.onnx"), model.Bytes);
        Assert.Equal("model.onnx", Assert.Throws<ModelFolderException>(() => ModelFolder.Open(folder.Path)).File);
    }

    static ModelCard Card { get; } = new()
    {
        Name = "demo",
        Tier = "small",
        Parameters = 1000,
        ContextLength = 128,
        WeightFormat = "int8",
        Lineage = new() { Dataset = "docs", DatasetDigest = new string('a', 64), RunId = Guid.Parse("7a5c4f5e-3c2c-4a1e-9d3f-0c1b2a3d4e5f") },
        Evaluation = new()
        {
            BitsPerByte = 1.5,
            BaselineBitsPerByte = 2.5,
            Bytes = 1000,
            Documents = 3,
            ExportMaxLogitDifference = 1e-5,
            ExportLoss = 3.1,
            ServedLoss = 3.11,
        },
        Training = new() { Shape = "nano", Steps = 10, Tokens = 1000, Seconds = 2, Loss = 4, Seed = 1, Documents = 9, Pairs = 1 },
    };
}
