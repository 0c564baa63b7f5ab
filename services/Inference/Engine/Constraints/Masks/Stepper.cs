using System.Runtime.InteropServices;
using Aigc.Inference.Engine.Constraints.Grammars;

namespace Aigc.Inference.Engine.Constraints.Masks;

/// <summary>Makes stacks and states, each once, and gathers those that a byte leads to.</summary>
internal sealed class Stepper
{
    private readonly Dictionary<(Rule Rule, long State, Node? Below), Node> _nodes = [];
    private readonly Dictionary<Node[], State> _sets = new(new SameNodes());
    private readonly List<Node> _found = [];
    private long _ids;

    /// <summary>States that exist.</summary>
    public int States { get; private set; }

    public void Clear()
    {
        _nodes.Clear();
        _sets.Clear();
        States = 0;
    }

    public Node Node(Rule rule, long state, Node? below)
    {
        ref var node = ref CollectionsMarshal.GetValueRefOrAddDefault(_nodes, (rule, state, below), out _);
        return node ??= new(rule, state, below, rule.From(state), _ids++);
    }

    /// <summary>A frame is at a state.</summary>
    public void Open(Rule rule, long state, Node? below) => Close(Node(rule, state, below));

    /// <summary>A frame has ended; the one below goes on from where it waits.</summary>
    public void Close(Node below)
    {
        if (below.CanEnd && !_found.Contains(below))
            _found.Add(below);
    }

    /// <summary>A value begins with a byte; its frame waits for it.</summary>
    public void Begin(Value value, Rule rule, long after, Node? below, byte b)
    {
        var waiting = Node(rule, after, below);
        if (waiting.CanEnd)
            Begin(value, waiting, b);
    }

    /// <summary>A value begins with a byte, the last of its frame: the one below waits for it.</summary>
    public void Begin(Value value, Node waiting, byte b)
    {
        foreach (var alternative in value.Rules)
            alternative.Step(0, waiting, b, this);
    }

    /// <summary>The state after a byte.</summary>
    public State Step(State state, byte b)
    {
        _found.Clear();
        foreach (var node in state.Nodes)
            node.Rule.Step(node.State, node.Below, b, this);
        return Gather();
    }

    /// <summary>The state of stacks.</summary>
    public State Of(params ReadOnlySpan<Node> nodes)
    {
        _found.Clear();
        foreach (var node in nodes)
            Close(node);
        return Gather();
    }

    private State Gather()
    {
        if (_found.Count == 0)
            return State.Dead;
        if (_found.Count == 1)
            return _found[0].Alone ??= New([_found[0]]);
        // Fewer alternatives are still right answers; the shortest way to the end is among those that stay.
        if (_found.Count > ConstraintLimits.Alternatives)
        {
            _found.Sort((a, b) => a.Cost != b.Cost ? a.Cost.CompareTo(b.Cost) : a.Id.CompareTo(b.Id));
            _found.RemoveRange(ConstraintLimits.Alternatives, _found.Count - ConstraintLimits.Alternatives);
        }
        _found.Sort((a, b) => a.Id.CompareTo(b.Id));
        Node[] key = [.. _found];
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_sets, key, out _);
        return state ??= New(key);
    }

    private State New(Node[] nodes)
    {
        States++;
        return new(nodes);
    }

    private sealed class SameNodes : IEqualityComparer<Node[]>
    {
        public bool Equals(Node[]? x, Node[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(Node[] nodes)
        {
            var hash = new HashCode();
            foreach (var node in nodes)
                hash.Add(node.Id);
            return hash.ToHashCode();
        }
    }
}
