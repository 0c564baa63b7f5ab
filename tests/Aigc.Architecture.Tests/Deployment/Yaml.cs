using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Aigc.Architecture.Tests.Deployment;

/// <summary>YAML documents of the repository, anchors and merges resolved.</summary>
internal static class Yaml
{
    public static IReadOnlyList<YamlNode> Documents(string path)
    {
        using var reader = new StreamReader(Path.Combine(Repository.Root, path));
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(reader)));
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    /// <summary>The node at a path of keys; null when there is none.</summary>
    public static YamlNode? At(this YamlNode node, params string[] keys) =>
        keys.Aggregate((YamlNode?)node, (current, key) => current is YamlMappingNode map && map.Children.TryGetValue(key, out var child) ? child : null);

    public static string? Text(this YamlNode node, params string[] keys) => (node.At(keys) as YamlScalarNode)?.Value;

    public static IEnumerable<(string Key, YamlNode Value)> Pairs(this YamlNode? node) =>
        node is YamlMappingNode map ? map.Children.Select(pair => (((YamlScalarNode)pair.Key).Value!, pair.Value)) : [];

    public static IEnumerable<YamlNode> Items(this YamlNode? node) => node as YamlSequenceNode ?? Enumerable.Empty<YamlNode>();
}
