using System.Globalization;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>The entries <c>&lt;0x00&gt;</c> … <c>&lt;0xFF&gt;</c> by which SentencePiece vocabularies spell what they have no entry for.</summary>
internal static class ByteTokens
{
    /// <summary>Their ids by byte; null unless all are there.</summary>
    public static int[]? Find(IReadOnlyDictionary<string, int> vocabulary)
    {
        var ids = new int[256];
        for (var value = 0; value < 256; value++)
        {
            if (!vocabulary.TryGetValue($"<0x{value:X2}>", out ids[value]))
                return null;
        }

        return ids;
    }

    public static bool TryParse(string entry, out byte value)
    {
        value = 0;
        return entry.Length == 6 && entry.StartsWith("<0x", StringComparison.Ordinal) && entry[5] == '>'
            && byte.TryParse(entry.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
