namespace Aigc.Models.Text.Tokenizers;

/// <summary>Strings by their characters, for "which of them start here".</summary>
internal sealed class TokenTrie(int expected)
{
    readonly PairMap edges = new(expected * 4);
    readonly List<int> values = [-1];

    public void Add(string text, int value)
    {
        var node = 0;
        foreach (var character in text)
        {
            var next = edges.Find(node, character);
            if (next < 0)
            {
                next = values.Count;
                values.Add(-1);
                edges.Set(node, character, next);
            }

            node = next;
        }

        values[node] = value;
    }

    /// <summary>The node behind a character, or -1. The root is 0.</summary>
    public int Step(int node, char character) => edges.Find(node, character);

    /// <summary>The value of the string that ends in this node, or -1.</summary>
    public int ValueAt(int node) => values[node];
}
