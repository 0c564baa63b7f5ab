namespace Aigc.Models.Onnx;

/// <summary>A tensor that a graph holds under a name.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Dimensions">Its shape.</param>
public sealed record OnnxTensor(string Name, OnnxType Type, IReadOnlyList<long> Dimensions)
{
    /// <summary>Bytes that lie in the graph itself.</summary>
    internal byte[]? Inline { get; init; }

    /// <summary>Where they lie otherwise.</summary>
    internal OnnxExternal? External { get; init; }
}

/// <summary>A node and its attributes.</summary>
/// <param name="Operator">What it does.</param>
/// <param name="Inputs">Names; empty for one that is left out.</param>
/// <param name="Attributes">Numbers by name, whole ones as well; null for an attribute that is no number.</param>
public sealed record OnnxNode(string Operator, IReadOnlyList<string> Inputs, IReadOnlyDictionary<string, double?> Attributes);

/// <summary>
/// The values of a graph of our own export, read by name: tensors in the graph or in a file beside it. Nothing in it is believed: names of files stay within the
/// folder, lengths within the files. Disposing closes the files.
/// </summary>
public sealed class OnnxTensors : IDisposable
{
    // Graphs of our export are some hundred kibibytes: what is large lies beside them.
    const long LargestGraph = 64 << 20;

    readonly Dictionary<string, OnnxTensor> tensors = new(StringComparer.Ordinal);
    readonly Dictionary<string, Microsoft.Win32.SafeHandles.SafeFileHandle> files = new(StringComparer.Ordinal);
    readonly List<OnnxNode> nodes = [];
    readonly string directory;

    OnnxTensors(string directory) => this.directory = directory;

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Tensors => tensors;

    /// <summary>The nodes in their order, without those in branches.</summary>
    public IReadOnlyList<OnnxNode> Nodes => nodes;

    /// <summary>Reads what a graph says of its tensors.</summary>
    /// <exception cref="FormatException">It is not an ONNX model, or larger than a graph with its values beside it.</exception>
    public static OnnxTensors Open(string path)
    {
        if (new FileInfo(path).Length > LargestGraph)
            throw new FormatException($"the graph is larger than {LargestGraph >> 20} MiB; its values must lie in a file beside it");
        var result = new OnnxTensors(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var model = new ProtoReader(File.ReadAllBytes(path));
        var graphs = 0;
        while (model.Next())
        {
            if (model.Field != 7)
                continue;
            graphs++;
            var graph = new ProtoReader(model.Blob);
            while (graph.Next())
            {
                if (graph.Field == 1)
                    result.ReadNode(graph.Blob);
                else if (graph.Field == 5)
                    result.ReadTensor(graph.Blob);
            }
        }

        return graphs == 1 ? result : throw new FormatException("it is not an ONNX model");
    }

    /// <summary>Bytes that are there of a tensor, whatever its shape says.</summary>
    /// <exception cref="FormatException">Its file is not there.</exception>
    public long Stored(OnnxTensor tensor)
    {
        if (tensor.Inline is { } inline)
            return inline.Length;
        if (tensor.External is not { Location: { } location } external)
            return 0;
        var rest = Math.Max(RandomAccess.GetLength(FileOf(tensor.Name, location)) - external.Offset, 0);
        return external.Length > 0 ? Math.Min(external.Length, rest) : rest;
    }

    /// <summary>Copies a tensor's bytes from <paramref name="offset"/> on.</summary>
    /// <exception cref="FormatException">They are not there.</exception>
    public void Read(OnnxTensor tensor, long offset, Span<byte> into)
    {
        if (tensor.Inline is { } inline)
        {
            if (offset < 0 || offset + into.Length > inline.Length)
                throw new FormatException($"\"{tensor.Name}\" is shorter than its shape");
            inline.AsSpan((int)offset, into.Length).CopyTo(into);
            return;
        }

        if (tensor.External is not { Location: { } location } external)
            throw new FormatException($"\"{tensor.Name}\" has no values");
        if (external.Length > 0 && offset + into.Length > external.Length)
            throw new FormatException($"\"{tensor.Name}\" is shorter than its shape");
        var file = FileOf(tensor.Name, location);
        for (var read = 0; read < into.Length;)
        {
            var got = RandomAccess.Read(file, into[read..], checked(external.Offset + offset + read));
            if (got == 0)
                throw new FormatException($"{location} ends inside \"{tensor.Name}\"");
            read += got;
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in files.Values)
            file.Dispose();
    }

    Microsoft.Win32.SafeHandles.SafeFileHandle FileOf(string tensor, string location)
    {
        if (files.TryGetValue(location, out var file))
            return file;
        if (location.Length == 0 || location is "." or ".." || location.AsSpan().ContainsAny('/', '\\', '\0'))
            throw new FormatException($"the values of \"{tensor}\" lie outside the folder");
        var path = Path.Combine(directory, location);
        return files[location] = File.Exists(path) ? File.OpenHandle(path) : throw new FormatException($"{location} is missing, which \"{tensor}\" lies in");
    }

    void ReadNode(ReadOnlySpan<byte> bytes)
    {
        var (op, inputs, attributes) = ("", new List<string>(), new Dictionary<string, double?>(StringComparer.Ordinal));
        var node = new ProtoReader(bytes);
        while (node.Next())
        {
            switch (node.Field)
            {
                case 1: inputs.Add(node.Text); break;
                case 4: op = node.Text; break;
                case 5: ReadAttribute(node.Blob, attributes); break;
            }
        }

        nodes.Add(new(op, inputs, attributes));
    }

    static void ReadAttribute(ReadOnlySpan<byte> bytes, Dictionary<string, double?> attributes)
    {
        const int Float = 1, Integer = 2;
        var (name, type, single, whole) = ("", 0UL, 0f, 0L);
        var attribute = new ProtoReader(bytes);
        while (attribute.Next())
        {
            switch (attribute.Field)
            {
                case 1: name = attribute.Text; break;
                case 2 when attribute.Raw.Length > sizeof(float): single = System.Buffers.Binary.BinaryPrimitives.ReadSingleLittleEndian(attribute.Raw[^sizeof(float)..]); break;
                case 3: whole = (long)attribute.Number; break;
                case 20: type = attribute.Number; break;
            }
        }

        if (!attributes.TryAdd(name, type switch { Float => single, Integer => whole, _ => null }))
            throw new FormatException($"a node has two attributes \"{name}\"");
    }

    void ReadTensor(ReadOnlySpan<byte> bytes)
    {
        var (name, type, dimensions) = ("", 0, new List<long>());
        var (inline, external) = (default(byte[]), new OnnxExternal());
        var tensor = new ProtoReader(bytes);
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case 1: ReadDimensions(ref tensor, dimensions); break;
                case 2: type = (int)Math.Min(tensor.Number, int.MaxValue); break;
                case 8: name = tensor.Text; break;
                case 9: inline = tensor.Blob.ToArray(); break;
                case 13: external.Set(tensor.Blob); break;
            }
        }

        if (!tensors.TryAdd(name, new(name, (OnnxType)type, dimensions) { Inline = inline, External = external.Location is null ? null : external }))
            throw new FormatException($"two tensors are called \"{name}\"");
    }

    // Several numbers may be packed into one field; each number alone is another field.
    static void ReadDimensions(ref ProtoReader tensor, List<long> dimensions)
    {
        if (tensor.Blob.IsEmpty)
            dimensions.Add((long)tensor.Number);
        else
            throw new FormatException("a tensor's shape is written in a way that our export does not use");
    }
}
