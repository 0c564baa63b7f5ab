using Aigc.Models.Folders;
using Aigc.Models.Onnx;

namespace Aigc.Models.Classification;

/// <summary>A checked folder with a text classifier: <c>config.json</c> (<see cref="ClassifierConfig"/>) and <c>model.onnx</c> (<see cref="ClassifierGraph"/>).</summary>
public sealed class ClassifierFolder
{
    const string ConfigFile = "config.json";

    ClassifierFolder(string directory, ClassifierConfig config, GraphFile graph) => (Directory, Config, Graph) = (directory, config, graph);

    /// <summary>Full path of the folder.</summary>
    public string Directory { get; }

    /// <summary>What it tells apart, and how.</summary>
    public ClassifierConfig Config { get; }

    /// <summary>The graph, checked but not loaded.</summary>
    public GraphFile Graph { get; }

    /// <summary>Whether a folder says that it is a classifier's.</summary>
    public static bool Looks(string directory)
    {
        try
        {
            return FolderFiles.Json(directory, ConfigFile, ClassifierConfig.IsClassifier);
        }
        catch (ModelFolderException)
        {
            return false; // somebody else says what is wrong with it
        }
    }

    /// <summary>Opens a folder. Nothing in it is trusted: no links, and external data stays inside.</summary>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public static ClassifierFolder Open(string directory)
    {
        directory = FolderFiles.Enter(directory);
        var config = FolderFiles.Json(directory, ConfigFile, ClassifierConfig.Read);
        var graph = FolderFiles.ReadGraph(directory, new GraphVariant("fp32", "model.onnx"));
        Expect(graph.Graph.Inputs, ClassifierGraph.Ids, OnnxType.I64, -1);
        Expect(graph.Graph.Inputs, ClassifierGraph.Values, OnnxType.F32, -1);
        Expect(graph.Graph.Outputs, ClassifierGraph.Logits, OnnxType.F32, config.Labels.Count);
        return graph.Graph.Inputs.Count == 2
            ? new(directory, config, graph)
            : throw new ModelFolderException(graph.Variant.File, $"the graph must take {ClassifierGraph.Ids} and {ClassifierGraph.Values} alone");
    }

    static void Expect(IReadOnlyDictionary<string, OnnxValue> values, string name, OnnxType type, int width)
    {
        if (!values.TryGetValue(name, out var value) || value.Type != type || value.Dimensions is not [_, var last] || last != width)
            throw new ModelFolderException("model.onnx", $"the graph must have {name} of {type} [batch, {(width < 0 ? "n" : width)}]");
    }
}
