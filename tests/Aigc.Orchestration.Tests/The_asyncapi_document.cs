using System.Text.Json;
using Aigc.Orchestration.PlainClients;
using YamlDotNet.RepresentationModel;

namespace Aigc.Orchestration.Tests;

/// <summary>The document that plain clients read, against the code that reads their messages.</summary>
public sealed class The_asyncapi_document
{
    [Fact]
    public void Names_the_exchange_and_every_field_of_a_request()
    {
        var root = Read();

        Assert.Equal(PlainRequestListener.Exchange, At(root, "channels", "generationRequests", "address").ToString());
        var fields = (YamlMappingNode)At(root, "components", "schemas", "GenerationRequest", "properties");
        Assert.Equal(
            typeof(PlainRequestBody).GetProperties().Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)).Order(),
            fields.Children.Keys.Select(key => key.ToString()).Order());
    }

    private static YamlNode At(YamlNode node, params ReadOnlySpan<string> path)
    {
        foreach (var key in path)
        {
            node = ((YamlMappingNode)node).Children[key];
        }

        return node;
    }

    private static YamlNode Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Aigc.sln")))
        {
            folder = folder.Parent;
        }

        var stream = new YamlStream();
        using var reader = new StreamReader(Path.Combine(folder.FullName, "docs", "asyncapi.yaml"));
        stream.Load(reader);
        return stream.Documents[0].RootNode;
    }
}
