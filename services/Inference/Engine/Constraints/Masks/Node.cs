using Aigc.Inference.Engine.Constraints.Grammars;

namespace Aigc.Inference.Engine.Constraints.Masks;

/// <summary>A stack of open frames, by its top; equal stacks are one object.</summary>
internal sealed class Node(Rule rule, long state, Node? below, Rest rest, long id)
{
    public Rule Rule => rule;

    public long State => state;

    public Node? Below => below;

    public long Id => id;

    /// <summary>Frames, the outermost included.</summary>
    public int Depth { get; } = (below?.Depth ?? 0) + 1;

    /// <summary>Fewest bytes to the end of the answer.</summary>
    public long Cost { get; } = Math.Min(rest.Cost + (below?.Cost ?? 0), Rest.Endless);

    /// <summary>The end can be reached within the depth an answer may have.</summary>
    public bool CanEnd => Cost < Rest.Endless && Depth + rest.Need <= ConstraintLimits.AnswerDepth + 1;

    /// <summary>The answer may end here.</summary>
    public bool MayEnd => below is null ? state == RootRule.After : below.Below is null && rule.MayEnd(state);

    /// <summary>The state of this stack alone, once it is known.</summary>
    public State? Alone { get; set; }
}
