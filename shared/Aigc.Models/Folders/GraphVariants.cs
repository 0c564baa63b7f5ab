namespace Aigc.Models.Folders;

/// <summary>One of the graphs of a folder.</summary>
/// <param name="Name">Its weights: <c>fp32</c>, <c>fp16</c>, <c>q4</c>, <c>q4f16</c>, <c>int8</c>, <c>quantized</c> and so on, as the file's name says.</param>
/// <param name="File">Path within the folder, with slashes.</param>
public sealed record GraphVariant(string Name, string File);

/// <summary>
/// The graphs a folder offers. Folders on hubs hold the same model several times: <c>onnx/model.onnx</c>, <c>onnx/model_fp16.onnx</c>,
/// <c>onnx/model_q4.onnx</c>. Optimum also writes <c>decoder_model_merged.onnx</c> and <c>decoder_model.onnx</c>.
/// </summary>
public static class GraphVariants
{
    const string Whole = "fp32";

    // The merged file holds both branches; decoder_model.onnx beside it has no past.
    static readonly string[] Stems = ["model", "decoder_model_merged", "decoder_model"];

    // Weights of 4 and 8 bits are what a processor's memory can feed; half precision is emulated there. Weights alone (q4) come before
    // graphs that quantise activations as well, whose rows depend on their neighbours.
    static readonly string[] ForProcessor = ["q4", "int4", "int8", "quantized", "uint8", Whole, "q4f16", "fp16", "bnb4"];
    static readonly string[] ForGpu = ["fp16", "q4f16", "q4", "int4", Whole, "int8", "quantized", "uint8", "bnb4"];

    /// <summary>All graphs of a folder that could be the model, in the root and in <c>onnx/</c>; the root's come first.</summary>
    public static IReadOnlyList<GraphVariant> Of(string directory)
    {
        var files = new List<string>();
        foreach (var folder in (ReadOnlySpan<string>)["", "onnx"])
        {
            var path = Path.Combine(directory, folder);
            if (Directory.Exists(path))
                files.AddRange(Directory.EnumerateFiles(path, "*.onnx").Select(file => Inside(folder, Path.GetFileName(file))));
        }

        return Of(files);
    }

    /// <summary>The same of a folder that is not here yet: of the paths of its files, with slashes.</summary>
    public static IReadOnlyList<GraphVariant> Of(IReadOnlyCollection<string> files)
    {
        var found = new List<GraphVariant>();
        foreach (var folder in (ReadOnlySpan<string>)["", "onnx"])
        {
            var here = files.Where(file => file.EndsWith(".onnx", StringComparison.Ordinal) && Inside(folder, Path.GetFileName(file)) == file)
                .Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).ToArray();
            foreach (var stem in Stems)
            {
                foreach (var graph in here.Where(graph => graph!.StartsWith(stem, StringComparison.Ordinal)))
                {
                    var name = graph == stem ? Whole : graph!.StartsWith(stem + "_", StringComparison.Ordinal) ? graph[(stem.Length + 1)..] : "";
                    // "decoder_model_merged_q4" is no variant "merged_q4" of decoder_model.
                    if (name.Length > 0 && !name.StartsWith("merged", StringComparison.Ordinal) && found.TrueForAll(other => other.Name != name))
                        found.Add(new(name, Inside(folder, graph + ".onnx")));
                }
            }
        }

        return found;
    }

    /// <summary>The variant to serve, or null when the folder has none of that name.</summary>
    /// <param name="variants">At least one.</param>
    /// <param name="wanted">A variant's name; null for the best for the device.</param>
    /// <param name="gpu">Whether it runs on a GPU.</param>
    public static GraphVariant? Choose(IReadOnlyList<GraphVariant> variants, string? wanted, bool gpu)
    {
        if (!string.IsNullOrEmpty(wanted))
            return variants.FirstOrDefault(variant => variant.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        foreach (var name in gpu ? ForGpu : ForProcessor)
        {
            if (variants.FirstOrDefault(variant => variant.Name == name) is { } variant)
                return variant;
        }

        return variants[0];
    }

    static string Inside(string folder, string file) => folder.Length > 0 ? $"{folder}/{file}" : file;
}
