namespace Aigc.Models.Llama;

/// <summary>One projection that an adapter changes, and where its outputs lie in the fused one.</summary>
/// <param name="Module">Its name in an adapter, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Offset">First output in the fused projection.</param>
/// <param name="Width">Outputs.</param>
public sealed record AdapterPart(string Module, int Offset, int Width);

/// <summary>A fused projection of our graph.</summary>
/// <param name="Layer">Block, from 0.</param>
/// <param name="Name">Its name in the block: <c>qkv</c>, <c>o</c>, <c>gate_up</c> or <c>down</c>.</param>
/// <param name="In">Inputs.</param>
/// <param name="Out">Outputs of all parts.</param>
/// <param name="Parts">What is fused in it, in the order of its outputs.</param>
public sealed record AdapterSite(int Layer, string Name, int In, int Out, IReadOnlyList<AdapterPart> Parts)
{
    /// <summary>Name of the projection's weight in the graph, without the ending of its format.</summary>
    public string Weight => LlamaWeights.Block(Layer) + Name;
}

/// <summary>Where low-rank adapters act on a Llama decoder of ours: y = W·x + B·(A·x) at every projection of every block.</summary>
public static class LlamaAdapters
{
    /// <summary>All fused projections, block by block.</summary>
    public static IReadOnlyList<AdapterSite> Sites(LlamaShape shape)
    {
        var sites = new List<AdapterSite>(4 * shape.Layers);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var block = LlamaWeights.Block(layer);
            sites.Add(Site("qkv", shape.Dim, ("self_attn.q_proj", shape.QueryWidth), ("self_attn.k_proj", shape.KeyWidth), ("self_attn.v_proj", shape.KeyWidth)));
            sites.Add(Site("o", shape.QueryWidth, ("self_attn.o_proj", shape.Dim)));
            sites.Add(Site("gate_up", shape.Dim, ("mlp.gate_proj", shape.Ffn), ("mlp.up_proj", shape.Ffn)));
            sites.Add(Site("down", shape.Ffn, ("mlp.down_proj", shape.Dim)));

            AdapterSite Site(string name, int inputs, params ReadOnlySpan<(string Module, int Width)> modules)
            {
                var parts = new List<AdapterPart>();
                var offset = 0;
                foreach (var (module, width) in modules)
                {
                    parts.Add(new(block + module, offset, width));
                    offset += width;
                }

                return new(layer, name, inputs, offset, parts);
            }
        }

        return sites;
    }

    /// <summary>Values that one adapter of that rank has at all projections.</summary>
    public static long Values(LlamaShape shape, int rank) =>
        Sites(shape).Sum(site => site.Parts.Sum(part => (long)rank * (site.In + part.Width)));
}
