namespace Aigc.Inference.Engine.Constraints.Masks;

/// <summary>All the stacks that what was written so far can have led to; equal sets are one object.</summary>
internal sealed class State(Node[] nodes)
{
    /// <summary>Where nothing leads.</summary>
    public static readonly State Dead = new([]);

    public ReadOnlySpan<Node> Nodes => nodes;

    /// <summary>Fewest tokens after which the answer can have ended.</summary>
    public long Cost { get; } = nodes.Length == 0 ? Grammars.Rest.Endless : nodes.Min(node => node.Cost);

    /// <summary>The answer may end here.</summary>
    public bool MayEnd { get; } = nodes.Any(node => node.MayEnd);

    /// <summary>Nothing but the end may follow.</summary>
    public bool IsFinished { get; } = nodes.Length > 0 && nodes.All(node => node is { Below: null, MayEnd: true });

    /// <summary>By byte: the state after it, null where it was not asked for yet.</summary>
    public State?[]? Next { get; set; }

    /// <summary>The state whose mask is this one's too.</summary>
    public State? Like { get; set; }

    public Mask? Mask { get; set; }
}
