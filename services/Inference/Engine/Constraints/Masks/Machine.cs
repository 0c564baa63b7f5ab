using Aigc.Inference.Engine.Constraints.Grammars;

namespace Aigc.Inference.Engine.Constraints.Masks;

/// <summary>A compiled schema at work: states as they are met, and what may follow them. Of one thread, but for <see cref="Least"/>.</summary>
internal sealed class Machine
{
    private const long StateBytes = 2_400;
    private readonly RootRule _root;
    private readonly TokenTrie _trie;
    private readonly Stepper _stepper = new();
    private readonly State[] _path;
    private readonly List<(int Away, int Token)> _moved = [];
    private readonly long _most;
    private long _maskBytes;

    public Machine(RootRule root, TokenTrie trie, long most = ConstraintLimits.MachineBytes)
    {
        (_root, _trie, _most) = (root, trie, most);
        _path = new State[trie.Longest + 1];
        Start = _stepper.Of(_stepper.Node(root, 0, null));
        Least = Start.Cost;
    }

    /// <summary>Before the first byte.</summary>
    public State Start { get; private set; }

    /// <summary>Fewest tokens of an answer.</summary>
    public long Least { get; }

    /// <summary>Changes when all states were forgotten: who holds one asks for it again.</summary>
    public int Generation { get; private set; }

    /// <summary>Transitions that had to be found out.</summary>
    public long Steps { get; private set; }

    /// <summary>Masks that had to be made.</summary>
    public long Masks { get; private set; }

    /// <summary>About the memory that is held.</summary>
    public long Bytes => Volatile.Read(ref _maskBytes) + (_stepper.States * StateBytes);

    public State Next(State state, byte b)
    {
        var next = state.Next ??= new State?[256];
        return next[b] ??= Find(state, b);
    }

    /// <summary>What may follow a state.</summary>
    public Mask MaskOf(State state)
    {
        var like = state.Like ??= Alike(state);
        return like.Mask ??= Make(like);
    }

    /// <summary>Forgets all states when they take too much memory. True when it did.</summary>
    public bool Trim()
    {
        if (Bytes <= _most)
            return false;
        _stepper.Clear();
        _maskBytes = 0;
        Generation++;
        Start = _stepper.Of(_stepper.Node(_root, 0, null));
        return true;
    }

    /// <summary>A state of before <see cref="Trim"/>, anew.</summary>
    public State Again(State state)
    {
        var nodes = new Node[state.Nodes.Length];
        for (var i = 0; i < nodes.Length; i++)
            nodes[i] = Again(state.Nodes[i]);
        return _stepper.Of(nodes);
    }

    private Node Again(Node node) => _stepper.Node(node.Rule, node.State, node.Below is null ? null : Again(node.Below));

    private State Find(State state, byte b)
    {
        Steps++;
        return _stepper.Step(state, b);
    }

    // Counters far from their bounds change nothing but the distance to the end, and that alike for every token. Of several stacks at once each would
    // change its own.
    private State Alike(State state) => state.Nodes.Length == 1 ? _stepper.Of(Alike(state.Nodes[0])) : state;

    private Node Alike(Node node)
    {
        var below = node.Below is null ? null : Alike(node.Below);
        var state = node.Rule.Alike(node.State, _trie.Longest);
        return state == node.State && ReferenceEquals(below, node.Below) ? node : _stepper.Node(node.Rule, state, below);
    }

    private Mask Make(State state)
    {
        Masks++;
        var (mask, trie) = (new Mask(_trie.Size), _trie);
        _moved.Clear();
        _path[0] = state;
        for (var i = 0; i < trie.Bytes.Length;)
        {
            var depth = trie.Depths[i];
            var next = Next(_path[depth - 1], trie.Bytes[i]);
            if (ReferenceEquals(next, State.Dead))
            {
                i = trie.Skips[i];
                continue;
            }
            _path[depth] = next;
            for (var t = trie.First[i]; t < trie.First[i + 1]; t++)
                mask.Allow(trie.Tokens[t], next.Cost - state.Cost, _moved);
            i++;
        }
        if (state.MayEnd)
        {
            foreach (var end in trie.Ends)
                mask.Allow(end, -1, _moved);
        }
        mask.Seal(_moved);
        Volatile.Write(ref _maskBytes, _maskBytes + mask.Bytes);
        return mask;
    }
}
