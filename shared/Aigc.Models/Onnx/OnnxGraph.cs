using System.Globalization;
using System.Runtime.InteropServices;

namespace Aigc.Models.Onnx;

/// <summary>Element types of ONNX tensors, by their numbers in the format.</summary>
public enum OnnxType
{
    /// <summary>32-bit float.</summary>
    F32 = 1,

    /// <summary>Unsigned byte.</summary>
    U8 = 2,

    /// <summary>Signed byte.</summary>
    I8 = 3,

    /// <summary>32-bit integer.</summary>
    I32 = 6,

    /// <summary>64-bit integer.</summary>
    I64 = 7,

    /// <summary>Truth value, a byte.</summary>
    Bool = 9,

    /// <summary>16-bit float, five bits of exponent.</summary>
    F16 = 10,

    /// <summary>16-bit float, eight bits of exponent.</summary>
    Bf16 = 16,
}

/// <summary>Where and how a graph is written; the defaults are those of our own export.</summary>
public sealed record OnnxFileOptions
{
    /// <summary>Name of the graph's file.</summary>
    public string File { get; init; } = "model.onnx";

    /// <summary>Name of the file of larger tensors beside it; null keeps everything in the graph.</summary>
    public string? Data { get; init; } = "model.onnx.data";

    /// <summary>Version of the standard operators.</summary>
    public int Opset { get; init; } = OnnxGraph.Opset;

    /// <summary>What the graph is called in its file.</summary>
    public string Name { get; init; } = "llama";
}

/// <summary>A graph inside a node, as <c>If</c> takes it. Made by <see cref="OnnxGraph.Branch"/>.</summary>
public sealed class OnnxBranch
{
    internal OnnxBranch(ProtoWriter graph) => Graph = graph;

    internal ProtoWriter Graph { get; }
}

/// <summary>
/// Writes one ONNX graph. Small tensors lie in the graph; larger ones in <c>model.onnx.data</c> beside it, each at a multiple of
/// 4,096 bytes, so that the file can be mapped into memory and shared between sessions. The bytes depend on the calls alone.
/// </summary>
public sealed class OnnxGraph : IDisposable
{
    /// <summary>Opset of the standard operators.</summary>
    public const int Opset = 21;

    /// <summary>Domain of ONNX Runtime's own operators.</summary>
    public const string Microsoft = "com.microsoft";

    const int Alignment = 4096;
    const int InlineLimit = 1024;
    readonly string path;
    readonly string directory, name;
    readonly int opset;
    readonly Dictionary<string, ProtoWriter> places = [];
    readonly ProtoWriter initializers = new(), inputs = new(), outputs = new();
    FileStream? data;
    ProtoWriter nodes = new();
    int names;

    /// <summary>Starts <c>model.onnx</c> in a folder.</summary>
    public OnnxGraph(string directory, OnnxFileOptions? options = null)
    {
        options ??= new();
        this.directory = directory;
        (path, opset, name) = (Path.Combine(directory, options.File), options.Opset, options.Name);
        data = options.Data is { } beside ? File.Create(Path.Combine(directory, beside)) : null;
    }

    /// <summary>Larger tensors go into another file from here on.</summary>
    public void ContinueIn(string dataFile)
    {
        data?.Dispose();
        data = File.Create(Path.Combine(directory, dataFile));
    }

    /// <summary>A name no other tensor of this graph has.</summary>
    public string Fresh(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_{names++}");

    /// <summary>Declares a graph input; dimensions are numbers or names.</summary>
    public void Input(string name, OnnxType type, params object[] dimensions) => inputs.Message(11, Value(name, type, dimensions));

    /// <summary>Declares a graph output; dimensions are numbers or names.</summary>
    public void Output(string name, OnnxType type, params object[] dimensions) => outputs.Message(12, Value(name, type, dimensions));

    /// <summary>
    /// A graph for <c>If</c>: what <paramref name="write"/> adds goes into it instead, and may use every name of the graph around it.
    /// </summary>
    public OnnxBranch Branch(string name, Action write, params (string Name, OnnxType Type)[] results)
    {
        var around = nodes;
        nodes = new();
        write();
        var branch = new ProtoWriter().Fields(nodes).Text(2, name);
        foreach (var (result, type) in results)
            branch.Message(12, new ProtoWriter().Text(1, result).Message(2, new ProtoWriter().Message(1, new ProtoWriter().Integer(1, (int)type))));
        nodes = around;
        return new(branch);
    }

    /// <summary>
    /// Adds a node with given output names. Attributes are <see cref="int"/>, <see cref="float"/>, <see cref="string"/>, lists of
    /// <see cref="long"/> or <see cref="float"/>, or an <see cref="OnnxBranch"/>.
    /// </summary>
    public void Node(string op, string[] from, string[] to, string domain = "", params (string Name, object Value)[] attributes) =>
        nodes.Message(1, NodeOf(Fresh(op), op, from, to, domain, attributes));

    /// <summary>Adds a node with one output and gives the output's name.</summary>
    public string Op(string op, string[] from, string domain = "", params (string Name, object Value)[] attributes)
    {
        var output = Fresh(op + "_out");
        Node(op, from, [output], domain, attributes);
        return output;
    }

    /// <summary>Adds a constant and gives its name back.</summary>
    public string Constant<T>(string name, OnnxType type, long[] dimensions, ReadOnlySpan<T> values) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        var place = places[name] = new ProtoWriter();
        if (data is null || bytes.Length < InlineLimit)
        {
            place.Blob(9, bytes);
        }
        else
        {
            var offset = (data.Position + Alignment - 1) / Alignment * Alignment;
            data.Position = offset;
            data.Write(bytes);
            place.Message(13, Entry("location", Path.GetFileName(data.Name)))
                .Message(13, Entry("offset", offset.ToString(CultureInfo.InvariantCulture)))
                .Message(13, Entry("length", bytes.Length.ToString(CultureInfo.InvariantCulture)))
                .Integer(14, 1);
        }

        return SameBytes(name, type, dimensions, name);
    }

    /// <summary>Adds a constant of the same bytes as another under other dimensions; in the file they lie once.</summary>
    public string SameBytes(string name, OnnxType type, long[] dimensions, string other)
    {
        var tensor = new ProtoWriter();
        foreach (var dimension in dimensions)
            tensor.Integer(1, dimension);
        initializers.Message(5, tensor.Integer(2, (int)type).Text(8, name).Fields(places[other]));
        return name;
    }

    /// <summary>Writes the graph file and closes the data file.</summary>
    public void Dispose()
    {
        data?.Dispose();
        var graph = new ProtoWriter().Fields(nodes).Text(2, name).Fields(initializers).Fields(inputs).Fields(outputs);
        var model = new ProtoWriter().Integer(1, 10).Text(2, "aigc").Message(7, graph)
            .Message(8, new ProtoWriter().Text(1, "").Integer(2, opset))
            .Message(8, new ProtoWriter().Text(1, Microsoft).Integer(2, 1));
        using var file = File.Create(path);
        file.Write(model.Bytes);
    }

    /// <summary>A node as a message of its own, for whoever writes into a graph that exists.</summary>
    internal static ProtoWriter NodeOf(string name, string op, string[] from, string[] to, string domain, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new ProtoWriter();
        foreach (var input in from)
            node.Text(1, input);
        foreach (var output in to)
            node.Text(2, output);
        node.Text(3, name).Text(4, op);
        foreach (var (key, value) in attributes)
            node.Message(5, Attribute(key, value));
        return domain.Length > 0 ? node.Text(7, domain) : node;
    }

    static ProtoWriter Entry(string key, string value) => new ProtoWriter().Text(1, key).Text(2, value);

    /// <summary>A graph input or output as a message of its own.</summary>
    internal static ProtoWriter Value(string name, OnnxType type, object[] dimensions)
    {
        var shape = new ProtoWriter();
        foreach (var dimension in dimensions)
        {
            shape.Message(1, dimension is string symbol
                ? new ProtoWriter().Text(2, symbol)
                : new ProtoWriter().Integer(1, Convert.ToInt64(dimension, CultureInfo.InvariantCulture)));
        }

        return new ProtoWriter().Text(1, name)
            .Message(2, new ProtoWriter().Message(1, new ProtoWriter().Integer(1, (int)type).Message(2, shape)));
    }

    static ProtoWriter Attribute(string name, object value)
    {
        var attribute = new ProtoWriter().Text(1, name);
        return value switch
        {
            float number => attribute.Float(2, number).Integer(20, 1),
            int number => attribute.Integer(3, number).Integer(20, 2),
            string text => attribute.Text(4, text).Integer(20, 3),
            OnnxBranch branch => attribute.Message(6, branch.Graph).Integer(20, 5),
            float[] numbers => Repeated(attribute, numbers, static (to, number) => to.Float(7, number)).Integer(20, 6),
            long[] numbers => Repeated(attribute, numbers, static (to, number) => to.Integer(8, number)).Integer(20, 7),
            _ => throw new ArgumentException($"An attribute cannot be a {value.GetType()}.", nameof(value)),
        };
    }

    static ProtoWriter Repeated<T>(ProtoWriter attribute, T[] values, Action<ProtoWriter, T> write)
    {
        foreach (var value in values)
            write(attribute, value);
        return attribute;
    }
}
