using System.Collections.Frozen;
using System.Text;

namespace Aigc.Models.Text;

/// <summary>The one-to-one map of GPT-2 between the 256 bytes and printable characters, in which byte-level vocabularies are written.</summary>
internal static class ByteAlphabet
{
    static readonly char[] Characters = Make();
    static readonly FrozenDictionary<char, byte> Bytes = Characters.Select((c, b) => (c, b)).ToFrozenDictionary(x => x.c, x => (byte)x.b);

    public static char Of(byte value) => Characters[value];

    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
            text.Append(Characters[value]);
        return text.ToString();
    }

    /// <summary>The bytes of a vocabulary entry; null when it is not written in this alphabet.</summary>
    public static byte[]? Parse(string entry)
    {
        var bytes = new byte[entry.Length];
        for (var i = 0; i < entry.Length; i++)
        {
            if (!Bytes.TryGetValue(entry[i], out bytes[i]))
                return null;
        }

        return bytes;
    }

    static char[] Make()
    {
        var characters = new char[256];
        var moved = 0;
        for (var b = 0; b < 256; b++)
        {
            var printable = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
            characters[b] = (char)(printable ? b : 256 + moved++);
        }

        return characters;
    }
}
