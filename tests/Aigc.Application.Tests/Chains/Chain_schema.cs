using System.Text.Json.Nodes;
using Aigc.Application.Chains;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Tests.Chains;

public sealed class Chain_schema
{
    [Fact]
    public void Is_the_one_that_is_published()
    {
        Assert.Equal(File.ReadAllText(Path.Combine(Root(), "docs", "chain.schema.json")), ChainSchema.Text());
    }

    [Fact]
    public void Names_no_key_the_parser_does_not_know()
    {
        foreach (var (path, key) in Keys((JsonObject)JsonNode.Parse(ChainSchema.Text())!, []))
        {
            Assert.DoesNotContain($"{key}: unknown key", Faults(Document(path, key)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Forbids_keys_wherever_the_parser_does()
    {
        foreach (var (path, _) in Keys((JsonObject)JsonNode.Parse(ChainSchema.Text())!, []))
        {
            Assert.Contains("zzzz: unknown key", Faults(Document(path, "zzzz")), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<(string[] Path, string Key)> Keys(JsonObject schema, string[] path)
    {
        if (schema["items"] is JsonObject items)
        {
            return Keys(items, [.. path, "[]"]);
        }

        if (schema["properties"] is not JsonObject properties)
        {
            return [];
        }

        Assert.False((bool)schema["additionalProperties"]!);
        return properties.SelectMany(property => Keys((JsonObject)property.Value!, [.. path, property.Key]).Prepend((path, property.Key)));
    }

    // The document with nothing in it but one key at one place.
    private static string Document(string[] path, string key)
    {
        JsonNode node = new JsonObject { [key] = 1 };
        foreach (var step in path.Reverse())
        {
            node = step == "[]" ? new JsonArray(node) : new JsonObject { [step] = node };
        }

        return node.ToJsonString();
    }

    private static string Faults(string text) => Assert.Throws<ProblemException>(() => ChainFile.Read(text, "/base")).Message;

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Aigc.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
