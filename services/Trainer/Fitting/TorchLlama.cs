using Aigc.Models.Llama;
using TorchSharp;
using static TorchSharp.torch;

namespace Aigc.Trainer.Fitting;

/// <summary>The forward pass of a Llama decoder. Matrix products run in the given type; norms, rotation and loss in fp32.</summary>
internal sealed class TorchLlama : IDisposable
{
    readonly LlamaShape shape;
    readonly ParameterSet weights;
    readonly Tensor cos, sin;
    readonly Scalar epsilon;

    public TorchLlama(LlamaShape shape, ParameterSet weights)
    {
        (this.shape, this.weights) = (shape, weights);
        var (cosines, sines) = Rotary.Tables(shape);
        cos = tensor(cosines, [shape.ContextLength, 1, shape.HeadDim / 2]).DetachFromDisposeScope();
        sin = tensor(sines, [shape.ContextLength, 1, shape.HeadDim / 2]).DetachFromDisposeScope();
        epsilon = shape.NormEpsilon.ToScalar();
    }

    /// <summary>Logits [batch·length, vocabulary] in fp32 for ids [batch, length].</summary>
    public Tensor Logits(Tensor ids, ScalarType type)
    {
        using var scope = NewDisposeScope();
        long batch = ids.shape[0], length = ids.shape[1];
        var x = weights[LlamaWeights.Embedding].index_select(0, ids.view(-1));
        for (var layer = 0; layer < shape.Layers; layer++)
            x = Block(LlamaWeights.Block(layer), x, batch, length, type);
        var head = weights[shape.TiedEmbeddings ? LlamaWeights.Embedding : LlamaWeights.Head];
        var logits = nn.functional.linear(Norm(x, LlamaWeights.Norm).to(type), head.to(type));
        return logits.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        cos.Dispose();
        sin.Dispose();
        epsilon.Dispose();
    }

    Tensor Block(string block, Tensor x, long batch, long length, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var attended = Attention(block, Norm(x, block + "input_layernorm.weight").to(type), batch, length, type);
        x = x + attended;
        var h = Norm(x, block + "post_attention_layernorm.weight").to(type);
        var active = nn.functional.silu(Linear(h, block + "mlp.gate_proj.weight", type)) * Linear(h, block + "mlp.up_proj.weight", type);
        return (x + Linear(active, block + "mlp.down_proj.weight", type)).MoveToOuterDisposeScope();
    }

    Tensor Attention(string block, Tensor h, long batch, long length, ScalarType type)
    {
        var packed = cat(
            [weights[block + "self_attn.q_proj.weight"], weights[block + "self_attn.k_proj.weight"], weights[block + "self_attn.v_proj.weight"]], 0).to(type);
        var qkv = nn.functional.linear(h, packed).view(batch, length, shape.Heads + (2 * shape.KvHeads), shape.HeadDim);
        var rotated = Rotate(qkv.narrow(2, 0, shape.Heads + shape.KvHeads).to(ScalarType.Float32), length).to(type);
        var q = rotated.narrow(2, 0, shape.Heads).transpose(1, 2);
        var k = Repeat(rotated.narrow(2, shape.Heads, shape.KvHeads), batch, length);
        var v = Repeat(qkv.narrow(2, shape.Heads + shape.KvHeads, shape.KvHeads), batch, length);
        var mixed = nn.functional.scaled_dot_product_attention(q, k, v, is_casual: true);
        return Linear(mixed.transpose(1, 2).reshape(batch * length, shape.QueryWidth), block + "self_attn.o_proj.weight", type);
    }

    /// <summary>[batch, length, kv, d] to [batch, heads, length, d]: every key head serves heads/kv query heads.</summary>
    Tensor Repeat(Tensor x, long batch, long length)
    {
        var group = shape.Heads / shape.KvHeads;
        return x.transpose(1, 2).unsqueeze(2).expand(batch, shape.KvHeads, group, length, shape.HeadDim)
            .reshape(batch, shape.Heads, length, shape.HeadDim);
    }

    Tensor Rotate(Tensor x, long length)
    {
        var half = shape.HeadDim / 2;
        Tensor a = x.narrow(3, 0, half), b = x.narrow(3, half, half);
        Tensor c = cos.narrow(0, 0, length), s = sin.narrow(0, 0, length);
        return cat([(a * c) - (b * s), (b * c) + (a * s)], 3);
    }

    Tensor Linear(Tensor x, string name, ScalarType type) => nn.functional.linear(x, weights[name].to(type));

    Tensor Norm(Tensor x, string name)
    {
        var scale = x.square().mean([-1], keepdim: true).add(epsilon).rsqrt();
        return x * scale * weights[name];
    }
}
