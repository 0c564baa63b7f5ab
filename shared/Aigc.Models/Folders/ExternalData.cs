using System.Globalization;
using Aigc.Models.Onnx;

namespace Aigc.Models.Folders;

/// <summary>Checks where the tensors of a graph lie. ONNX Runtime would follow a path out of the folder.</summary>
internal static class ExternalData
{
    const long LargestGraph = 1L << 30;

    /// <summary>Every external tensor must lie within a plain file of the folder. Gives the names of those files.</summary>
    /// <exception cref="FormatException">One does not, or the graph cannot be read.</exception>
    public static IReadOnlySet<string> Check(string directory)
    {
        var path = Path.Combine(directory, "model.onnx");
        if (new FileInfo(path).Length > LargestGraph)
            throw new FormatException("the graph is larger than a gibibyte; weights belong into external data");
        var files = new SortedSet<string>(StringComparer.Ordinal);
        var graphs = 0;
        var model = new ProtoReader(File.ReadAllBytes(path));
        while (model.Next())
        {
            if (model.Field != 7)
                continue;
            graphs++;
            Graph(model.Blob, directory, files, depth: 0);
        }

        return graphs == 1 ? files : throw new FormatException("it is not an ONNX model");
    }

    static void Graph(ReadOnlySpan<byte> bytes, string directory, SortedSet<string> files, int depth)
    {
        if (depth > 8)
            throw new FormatException("graphs are nested too deeply");
        var graph = new ProtoReader(bytes);
        while (graph.Next())
        {
            if (graph.Field == 5)
                Tensor(graph.Blob, directory, files);
            else if (graph.Field == 1)
                Node(graph.Blob, directory, files, depth);
        }
    }

    /// <summary>Attributes hold tensors (field 5) and graphs (6) of their own.</summary>
    static void Node(ReadOnlySpan<byte> bytes, string directory, SortedSet<string> files, int depth)
    {
        var node = new ProtoReader(bytes);
        while (node.Next())
        {
            if (node.Field != 5)
                continue;
            var attribute = new ProtoReader(node.Blob);
            while (attribute.Next())
            {
                if (attribute.Field is 5 or 10)
                    Tensor(attribute.Blob, directory, files);
                else if (attribute.Field is 6 or 11)
                    Graph(attribute.Blob, directory, files, depth + 1);
            }
        }
    }

    static void Tensor(ReadOnlySpan<byte> bytes, string directory, SortedSet<string> files)
    {
        string? location = null;
        long offset = 0, length = 0;
        var tensor = new ProtoReader(bytes);
        while (tensor.Next())
        {
            if (tensor.Field != 13)
                continue;
            var (key, value) = Entry(tensor.Blob);
            switch (key)
            {
                case "location": location = value; break;
                case "offset": offset = Number(value); break;
                case "length": length = Number(value); break;
            }
        }

        if (location is null)
            return;
        if (location is "" or "." or ".." || location.AsSpan().ContainsAny("/\\:\0"))
            throw new FormatException("external data lies outside of the folder");
        var file = new FileInfo(Path.Combine(directory, location));
        if (!file.Exists)
            throw new FormatException($"its external data {location} is missing");
        if (offset > file.Length || length > file.Length - offset)
            throw new FormatException($"its external data {location} is shorter than the graph says");
        files.Add(location);
    }

    static (string Key, string Value) Entry(ReadOnlySpan<byte> bytes)
    {
        string key = "", value = "";
        var entry = new ProtoReader(bytes);
        while (entry.Next())
        {
            if (entry.Field == 1)
                key = entry.Text;
            else if (entry.Field == 2)
                value = entry.Text;
        }

        return (key, value);
    }

    static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException("an offset of its external data is not a number");
}
