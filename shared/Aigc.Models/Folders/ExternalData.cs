using Aigc.Models.Onnx;

namespace Aigc.Models.Folders;

/// <summary>Checks where the tensors of a graph lie. ONNX Runtime would follow a path out of the folder.</summary>
internal static class ExternalData
{
    /// <summary>Every external tensor must lie within a plain file of the graph's folder. Gives the names of those files.</summary>
    /// <exception cref="FormatException">One does not, or the graph cannot be read.</exception>
    public static IReadOnlySet<string> Check(string directory) => Check(directory, OnnxFile.Read(Path.Combine(directory, "model.onnx")));

    /// <summary>The same of a graph that has been read; <paramref name="directory"/> is where its file lies.</summary>
    /// <exception cref="FormatException">A tensor lies elsewhere.</exception>
    public static IReadOnlySet<string> Check(string directory, OnnxFile graph)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tensor in graph.Externals)
        {
            var location = tensor.Location!;
            if (location is "" or "." or ".." || location.AsSpan().ContainsAny("/\\:\0"))
                throw new FormatException("external data lies outside of the folder");
            var file = new FileInfo(Path.Combine(directory, location));
            if (!file.Exists)
                throw new FormatException($"its external data {location} is missing");
            if (file.LinkTarget is not null)
                throw new FormatException($"its external data {location} is a link");
            if (tensor.Offset > file.Length || tensor.Length > file.Length - tensor.Offset)
                throw new FormatException($"its external data {location} is shorter than the graph says");
            files.Add(location);
        }

        return files;
    }
}
