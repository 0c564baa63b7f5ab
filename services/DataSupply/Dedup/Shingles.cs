using System.Security.Cryptography;
using System.Text;
using Aigc.DataSupply.Rules;

namespace Aigc.DataSupply.Dedup;

/// <summary>What of a text decides whether two texts are the same: case, punctuation and spacing do not.</summary>
internal static class Shingles
{
    /// <summary>Words in a shingle (FineWeb).</summary>
    public const int Size = 5;

    /// <summary>Sorted, distinct hashes of the runs of five words; a shorter text is one shingle; an empty one has none.</summary>
    public static ulong[] Of(ReadOnlySpan<char> text)
    {
        var words = Words.Of(text);
        if (words.Count == 0)
        {
            return [];
        }

        var hashes = new ulong[words.Count];
        for (var i = 0; i < words.Count; i++)
        {
            hashes[i] = Words.HashLower(text.Slice(words[i].Start, words[i].Length));
        }

        var size = Math.Min(Size, hashes.Length);
        var shingles = new ulong[hashes.Length - size + 1];
        for (var i = 0; i < shingles.Length; i++)
        {
            var shingle = hashes[i];
            for (var j = 1; j < size; j++)
            {
                shingle = Words.Combine(shingle, hashes[i + j]);
            }

            shingles[i] = shingle;
        }

        Array.Sort(shingles);
        var distinct = 1;
        for (var i = 1; i < shingles.Length; i++)
        {
            if (shingles[i] != shingles[i - 1])
            {
                shingles[distinct++] = shingles[i];
            }
        }

        return shingles[..distinct];
    }

    /// <summary>Jaccard similarity of two sorted sets, 0–1; two empty sets are the same.</summary>
    public static double Jaccard(ulong[] left, ulong[] right)
    {
        if (left.Length == 0 && right.Length == 0)
        {
            return 1;
        }

        int i = 0, j = 0, both = 0;
        while (i < left.Length && j < right.Length)
        {
            if (left[i] == right[j])
            {
                both++;
                i++;
                j++;
            }
            else if (left[i] < right[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return (double)both / (left.Length + right.Length - both);
    }

    /// <summary>SHA-256 of the text in lower case with every run of blanks as one: equal texts have equal digests.</summary>
    public static string ExactDigest(string text)
    {
        var normalised = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormC))
        {
            if (!char.IsWhiteSpace(c))
            {
                normalised.Append(char.ToLowerInvariant(c));
            }
            else if (normalised.Length > 0 && normalised[^1] != ' ')
            {
                normalised.Append(' ');
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(normalised.ToString().TrimEnd(' '))));
    }
}
