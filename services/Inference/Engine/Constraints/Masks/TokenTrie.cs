namespace Aigc.Inference.Engine.Constraints.Masks;

/// <summary>A model's tokens as a tree of their bytes, in the order in which it is walked: who may not take a byte skips all that begin with it.</summary>
internal sealed class TokenTrie
{
    private TokenTrie(int size) => Size = size;

    /// <summary>Tokens of the model, those without bytes included.</summary>
    public int Size { get; }

    /// <summary>By node: its byte.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>By node: bytes from the root, itself included.</summary>
    public ushort[] Depths { get; private set; } = [];

    /// <summary>By node: the next one that is not below it.</summary>
    public int[] Skips { get; private set; } = [];

    /// <summary>By node: where its tokens begin in <see cref="Tokens"/>; one entry more than nodes.</summary>
    public int[] First { get; private set; } = [];

    public int[] Tokens { get; private set; } = [];

    /// <summary>Tokens that end an answer.</summary>
    public int[] Ends { get; private set; } = [];

    /// <summary>Bytes of the longest token.</summary>
    public int Longest { get; private set; }

    /// <summary>Bytes that are a token by themselves: what is written of them alone costs a token a byte at most.</summary>
    public bool[] Alone { get; } = new bool[256];

    public static TokenTrie Of(ITokenText text, int size)
    {
        var (trie, ends, sorted) = (new TokenTrie(size), new List<int>(), new List<(byte[] Bytes, int Token)>(size));
        for (var token = 0; token < size; token++)
        {
            if (text.IsEnd(token))
                ends.Add(token);
            else if (text.BytesOf(token) is { Length: > 0 and <= ushort.MaxValue } bytes)
                sorted.Add((bytes.ToArray(), token));
        }
        sorted.Sort((a, b) => a.Bytes.AsSpan().SequenceCompareTo(b.Bytes) is var order and not 0 ? order : a.Token.CompareTo(b.Token));
        trie.Ends = [.. ends];
        trie.Fill(sorted);
        return trie;
    }

    private void Fill(List<(byte[] Bytes, int Token)> sorted)
    {
        var (bytes, depths, first, tokens, path) = (new List<byte>(), new List<ushort>(), new List<int>(), new List<int>(), Array.Empty<byte>());
        foreach (var (text, token) in sorted)
        {
            for (var depth = path.AsSpan().CommonPrefixLength(text); depth < text.Length; depth++)
            {
                bytes.Add(text[depth]);
                depths.Add((ushort)(depth + 1));
                first.Add(tokens.Count);
            }
            tokens.Add(token);
            path = text;
            Longest = Math.Max(Longest, text.Length);
            if (text.Length == 1)
                Alone[text[0]] = true;
        }
        first.Add(tokens.Count);
        (Bytes, Depths, First, Tokens, Skips) = ([.. bytes], [.. depths], [.. first], [.. tokens], new int[bytes.Count]);
        var open = new int[Longest + 1];
        for (var (i, deepest) = (0, 0); i <= bytes.Count; i++)
        {
            var depth = i < bytes.Count ? depths[i] : 0;
            for (; deepest >= Math.Max(depth, 1); deepest--)
                Skips[open[deepest]] = i;
            if (depth == 0)
                break;
            open[deepest = depth] = i;
        }
    }
}
