using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>BERT's WordPiece: the longest entry from the left, again and again; a word that cannot be spelled so, or is too long, is unknown.</summary>
internal sealed class WordPieceModel(Dictionary<string, int> vocabulary, string prefix, int unknown, int longestWord) : ITokenModel
{
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();

    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        var before = ids.Count;
        if (!TryEncode(word, ids))
        {
            ids.RemoveRange(before, ids.Count - before);
            ids.Add(unknown);
        }
    }

    bool TryEncode(ReadOnlySpan<char> word, List<int> ids)
    {
        // The limit keeps this cheap: every start tries every end.
        if (word.Length > longestWord && Characters(word) > longestWord)
            return false;
        var buffer = new char[prefix.Length + word.Length];
        for (var start = 0; start < word.Length;)
        {
            var lead = start == 0 ? 0 : prefix.Length;
            prefix.AsSpan(0, lead).CopyTo(buffer);
            word[start..].CopyTo(buffer.AsSpan(lead));
            var length = word.Length - start;
            var id = -1;
            while (length > 0 && !lookup.TryGetValue(buffer.AsSpan(0, lead + length), out id))
            {
                id = -1;
                length -= length > 1 && char.IsLowSurrogate(word[start + length - 1]) ? 2 : 1;
            }

            if (length == 0)
                return false;
            ids.Add(id);
            start += length;
        }

        return true;
    }

    static int Characters(ReadOnlySpan<char> word)
    {
        var count = 0;
        foreach (var _ in word.EnumerateRunes())
            count++;
        return count;
    }
}
