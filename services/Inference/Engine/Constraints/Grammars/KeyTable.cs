using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>The names of an object, read byte by byte after the opening quote: listed ones, and any other where those are allowed.</summary>
internal sealed class KeyTable
{
    private readonly Dfa _dfa;
    private readonly int[] _terminal;   // by state: the listed name that ends here, or −1
    private readonly int[] _depth;      // by state: bytes read of a listed name
    private readonly int[][] _under;    // by state: listed names that begin so, ascending
    private readonly bool[] _others;    // by state: another name may end here
    private readonly long[] _toOther;
    private readonly int[] _unusable;
    private readonly int[] _lengths;

    public KeyTable(IReadOnlyList<byte[]> names, bool others, bool[] usable, Location place, Budget budget)
    {
        var (children, terminal, under) = (new Dictionary<(int, byte), int>(), new List<int> { -1 }, new List<List<int>> { new() });
        var depth = new List<int> { 0 };
        for (var i = 0; i < names.Count; i++)
        {
            var node = 0;
            under[0].Add(i);
            foreach (var b in names[i])
            {
                budget.Spend();
                if (!children.TryGetValue((node, b), out var child))
                {
                    children.Add((node, b), child = terminal.Count);
                    terminal.Add(-1);
                    under.Add([]);
                    depth.Add(depth[node] + 1);
                }
                under[node = child].Add(i);
            }
            terminal[node] = i;
        }
        var states = new List<(int Node, int Char)>();
        _dfa = Dfa.Explore((Node: 0, Char: JsonChars.Between), (((int Node, int Char) s, byte b, out (int Node, int Char) t) =>
        {
            var child = children.TryGetValue((s.Node, b), out var known) ? known : -1;
            var c = JsonChars.Canonical(s.Char, b);
            t = (child, c);
            return c >= 0 && (others || child >= 0);
        }), s =>
        {
            states.Add(s);
            return s.Char == JsonChars.Between;
        }, place, budget);
        _terminal = [.. states.Select(s => s.Node < 0 ? -1 : terminal[s.Node])];
        _depth = [.. states.Select(s => s.Node < 0 ? 0 : depth[s.Node])];
        _under = [.. states.Select(s => s.Node < 0 ? [] : under[s.Node].ToArray())];
        _others = [.. states.Select(s => others && s.Char == JsonChars.Between && (s.Node < 0 || terminal[s.Node] < 0))];
        _toOther = Rest.Distances(_dfa, _others, usable);
        _unusable = [.. names.Select(name => Array.FindLastIndex(name, b => !usable[b]) + 1)];
        _lengths = [.. names.Select(name => name.Length)];
    }

    public int Next(int state, byte b) => _dfa.Next[state][b];

    /// <summary>Between two characters, where a quote ends the name; elsewhere it is an escaped one.</summary>
    public bool IsBetween(int state) => _dfa.Accepts[state];

    public int NameAt(int state) => _terminal[state];

    public bool OtherAt(int state) => _others[state];

    /// <summary>Bytes until another name can end, its quote not included.</summary>
    public long ToOther(int state) => _toOther[state];

    public ReadOnlySpan<int> Under(int state) => _under[state];

    /// <summary>Bytes that are missing of a name, its quote not included.</summary>
    public long ToName(int state, int name) => _unusable[name] <= _depth[state] ? _lengths[name] - _depth[state] : Rest.Endless;
}
