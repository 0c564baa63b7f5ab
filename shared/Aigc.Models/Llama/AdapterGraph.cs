using Aigc.Models.Onnx;

namespace Aigc.Models.Llama;

/// <summary>
/// Makes a graph that takes adapters out of one that does not, so that folders need not know of them: behind every projection follows the operator
/// <c>LowRank</c> (domain <see cref="Domain"/>, attribute <c>site</c>: index in <see cref="LlamaAdapters.Sites"/>) with the projection and its input; it adds
/// B·(A·x) of each row's own adapter, which it gets from whoever runs the graph. Inputs, outputs and weights stay as they are.
/// </summary>
public static class AdapterGraph
{
    /// <summary>Domain of the operator.</summary>
    public const string Domain = "aigc";

    const int F32 = (int)OnnxType.F32;

    /// <summary>The bytes of the graph with adapters.</summary>
    /// <param name="model">The bytes of <c>model.onnx</c> as <see cref="LlamaGraph"/> wrote it.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <exception cref="FormatException">The graph is not one of ours.</exception>
    public static byte[] Derive(ReadOnlySpan<byte> model, LlamaShape shape)
    {
        var derived = new ProtoWriter();
        var reader = new ProtoReader(model);
        while (reader.Next())
        {
            if (reader.Field == 7)
                derived.Message(7, Graph(reader.Blob, shape));
            else
                derived.Raw(reader.Raw);
        }

        return derived.Message(8, new ProtoWriter().Text(1, Domain).Integer(2, 1)).Bytes.ToArray();
    }

    static ProtoWriter Graph(ReadOnlySpan<byte> bytes, LlamaShape shape)
    {
        var sites = LlamaAdapters.Sites(shape);
        var open = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < sites.Count; index++)
            open.Add(sites[index].Weight, index);
        var graph = new ProtoWriter();
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 1 && Projection(reader.Blob, open) is { } index)
                Adapted(graph, reader.Blob, index);
            else
                graph.Raw(reader.Raw);
            if (reader.Field == 11)
                RequireFloats(reader.Blob);
        }

        if (open.Count > 0)
            throw new FormatException($"it has no projection \"{open.Keys.Order(StringComparer.Ordinal).First()}\": adapters need a folder that was exported here");
        return graph;
    }

    /// <summary>Index of the projection that a node computes, taken from those still to be found. Known by the name of its weight, whatever the weight's format.</summary>
    static int? Projection(ReadOnlySpan<byte> bytes, Dictionary<string, int> open)
    {
        string operation = "", weight = "";
        var inputs = 0;
        var node = new ProtoReader(bytes);
        while (node.Next())
        {
            if (node.Field == 4)
                operation = node.Text;
            else if (node.Field == 1 && inputs++ == 1)
                weight = node.Text;
        }

        if (operation is not ("MatMul" or "MatMulNBits"))
            return null;
        var name = open.ContainsKey(weight) ? weight : weight[..Math.Max(0, weight.LastIndexOf('.'))];
        return open.Remove(name, out var index) ? index : null;
    }

    /// <summary>The node under another output name, and behind it the operator under the name that the rest of the graph reads.</summary>
    static void Adapted(ProtoWriter graph, ReadOnlySpan<byte> bytes, int index)
    {
        string input = "", output = "";
        var plain = new ProtoWriter();
        var node = new ProtoReader(bytes);
        while (node.Next())
        {
            if (node.Field == 1 && input.Length == 0)
                input = node.Text;
            if (node.Field == 2)
                plain.Text(2, (output = node.Text) + "_plain");
            else
                plain.Raw(node.Raw);
        }

        graph.Message(1, plain);
        graph.Message(1, OnnxGraph.NodeOf(output + "_adapted", "LowRank", [output + "_plain", input], [output], Domain, ("site", index)));
    }

    /// <summary>Caches in half precision mean activations in half precision, which the operator does not read.</summary>
    static void RequireFloats(ReadOnlySpan<byte> bytes)
    {
        var name = "";
        var type = 0;
        var value = new ProtoReader(bytes);
        while (value.Next())
        {
            if (value.Field == 1)
                name = value.Text;
            else if (value.Field == 2)
                type = ElementType(value.Blob);
        }

        if (name == "past_key_values.0.key" && type != F32)
            throw new FormatException("it computes in half precision: adapters need a folder that computes in 32 bits (fp32, int8 or int4)");
    }

    static int ElementType(ReadOnlySpan<byte> bytes)
    {
        var type = new ProtoReader(bytes);
        while (type.Next())
        {
            if (type.Field != 1)
                continue;
            var tensor = new ProtoReader(type.Blob);
            while (tensor.Next())
            {
                if (tensor.Field == 1)
                    return (int)tensor.Number;
            }
        }

        return 0;
    }
}
