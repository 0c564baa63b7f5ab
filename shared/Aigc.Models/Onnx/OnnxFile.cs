namespace Aigc.Models.Onnx;

/// <summary>An input or output as a graph declares it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Element type; a number outside the enumeration is one this project has no use for.</param>
/// <param name="Dimensions">−1 for one that is not fixed; null where the graph declares no shape.</param>
public sealed record OnnxValue(string Name, OnnxType Type, IReadOnlyList<long>? Dimensions);

/// <summary>
/// What can be known of a graph's file without running it. Tensors are passed over, so that a file of two gibibytes costs no memory. The file is not
/// trusted.
/// </summary>
public sealed class OnnxFile
{
    // The attention operator's inputs for past keys and values.
    const int PastKey = 3, PastValue = 4;

    readonly Dictionary<string, OnnxValue> inputs = new(StringComparer.Ordinal), outputs = new(StringComparer.Ordinal);
    readonly HashSet<string> initializers = new(StringComparer.Ordinal);
    readonly HashSet<string> operators = new(StringComparer.Ordinal);
    readonly HashSet<string> sharedCaches = new(StringComparer.Ordinal);
    readonly List<OnnxExternal> externals = [];

    OnnxFile()
    {
    }

    /// <summary>Inputs by name, without those that have a value in the graph.</summary>
    public IReadOnlyDictionary<string, OnnxValue> Inputs => inputs;

    /// <summary>Outputs by name.</summary>
    public IReadOnlyDictionary<string, OnnxValue> Outputs => outputs;

    /// <summary>Names of the operators it uses, in branches too.</summary>
    public IReadOnlySet<string> Operators => operators;

    /// <summary>Inputs that <c>GroupQueryAttention</c> takes as its past: it appends to them in place.</summary>
    public IReadOnlySet<string> SharedCaches => sharedCaches;

    /// <summary>Where the tensors outside of it lie.</summary>
    public IReadOnlyList<OnnxExternal> Externals => externals;

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is not an ONNX model.</exception>
    public static OnnxFile Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
        var file = new OnnxFile();
        var model = new ProtoStream(stream, stream.Length);
        var graphs = 0;
        while (model.Next())
        {
            if (model.Field != 7)
                continue;
            graphs++;
            file.ReadGraph(model.Enter(), depth: 0);
        }

        if (graphs != 1)
            throw new FormatException("it is not an ONNX model");
        foreach (var name in file.initializers)
            file.inputs.Remove(name);
        return file;
    }

    void ReadGraph(ProtoStream graph, int depth)
    {
        if (depth > 8)
            throw new FormatException("graphs are nested too deeply");
        while (graph.Next())
        {
            switch (graph.Field)
            {
                case 1: ReadNode(graph.Enter(), depth); break;
                case 5: ReadTensor(graph.Enter(), named: depth == 0); break;
                case 11 when depth == 0: Declare(inputs, graph.Blob()); break;
                case 12 when depth == 0: Declare(outputs, graph.Blob()); break;
            }
        }
    }

    void ReadNode(ProtoStream node, int depth)
    {
        var from = new List<string>();
        var op = "";
        while (node.Next())
        {
            switch (node.Field)
            {
                case 1: from.Add(node.Text()); break;
                case 4: op = node.Text(); break;
                case 5: ReadAttribute(node.Enter(), depth); break;
            }
        }

        operators.Add(op);
        if (op == "GroupQueryAttention" && from.Count > PastValue)
            sharedCaches.UnionWith([from[PastKey], from[PastValue]]);
    }

    /// <summary>Attributes hold tensors (fields 5 and 10) and graphs (6 and 11) of their own.</summary>
    void ReadAttribute(ProtoStream attribute, int depth)
    {
        while (attribute.Next())
        {
            if (attribute.Field is 5 or 10)
                ReadTensor(attribute.Enter(), named: false);
            else if (attribute.Field is 6 or 11)
                ReadGraph(attribute.Enter(), depth + 1);
        }
    }

    void ReadTensor(ProtoStream tensor, bool named)
    {
        var external = new OnnxExternal();
        while (tensor.Next())
        {
            if (tensor.Field == 8 && named)
                initializers.Add(tensor.Text());
            else if (tensor.Field == 13)
                external.Set(tensor.Blob());
        }

        if (external.Location is not null)
            externals.Add(external);
    }

    static void Declare(Dictionary<string, OnnxValue> into, ReadOnlySpan<byte> bytes)
    {
        var value = new ProtoReader(bytes);
        var (name, type, dimensions) = ("", 0, default(List<long>));
        while (value.Next())
        {
            if (value.Field == 1)
                name = value.Text;
            else if (value.Field == 2)
                (type, dimensions) = Tensor(value.Blob);
        }

        into[name] = new(name, (OnnxType)type, dimensions);
    }

    static (int Type, List<long>? Dimensions) Tensor(ReadOnlySpan<byte> bytes)
    {
        var (element, dimensions) = (0, default(List<long>));
        var type = new ProtoReader(bytes);
        while (type.Next())
        {
            if (type.Field != 1)
                continue;
            var tensor = new ProtoReader(type.Blob);
            while (tensor.Next())
            {
                if (tensor.Field == 1)
                    element = (int)Math.Min(tensor.Number, int.MaxValue);
                else if (tensor.Field == 2)
                    dimensions = Shape(tensor.Blob);
            }
        }

        return (element, dimensions);
    }

    static List<long> Shape(ReadOnlySpan<byte> bytes)
    {
        var dimensions = new List<long>();
        var shape = new ProtoReader(bytes);
        while (shape.Next())
        {
            if (shape.Field != 1)
                continue;
            var fixedTo = -1L;
            var dimension = new ProtoReader(shape.Blob);
            while (dimension.Next())
            {
                if (dimension.Field == 1)
                    fixedTo = (long)dimension.Number;
            }

            dimensions.Add(fixedTo < 0 ? -1 : fixedTo);
        }

        return dimensions;
    }
}
