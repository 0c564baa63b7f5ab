using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>
/// SentencePiece's <c>precompiled_charsmap</c>: a double-array trie (Darts-clone's units) from byte strings to offsets into a list of
/// replacements that end with zero. Applied to whole user-perceived characters first, then to single ones.
/// </summary>
internal sealed class PrecompiledMap
{
    const int LongestCluster = 6; // bytes; longer clusters are never entries
    readonly uint[] units;
    readonly byte[] replacements;

    PrecompiledMap(uint[] units, byte[] replacements) => (this.units, this.replacements) = (units, replacements);

    public static PrecompiledMap Read(TokenizerPart part)
    {
        if (part.IsNothing)
            return new([], []);
        byte[] data;
        try
        {
            data = Convert.FromBase64String(part.Text());
        }
        catch (FormatException)
        {
            throw part.Wrong("base 64");
        }

        if (data.Length == 0)
            return new([], []);
        var size = data.Length < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(data);
        if (size % 4 != 0 || size > data.Length - 4)
            throw part.Wrong("a character map");
        var units = new uint[size / 4];
        for (var i = 0; i < units.Length; i++)
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(4 + (i * 4)));
        return new(units, data[(4 + (int)size)..]);
    }

    public string Normalize(string text)
    {
        if (units.Length == 0)
            return text;
        var result = new StringBuilder(text.Length);
        Span<char> pair = stackalloc char[2];
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var length = StringInfo.GetNextTextElementLength(rest);
            var cluster = rest[..length];
            if (Encoding.UTF8.GetByteCount(cluster) < LongestCluster && Find(cluster) is { } whole)
            {
                result.Append(whole);
            }
            else
            {
                foreach (var rune in cluster.EnumerateRunes())
                {
                    var character = pair[..rune.EncodeToUtf16(pair)];
                    result.Append(Find(character) ?? new string(character));
                }
            }

            rest = rest[length..];
        }

        return result.ToString();
    }

    /// <summary>The replacement of the shortest entry that these characters begin with.</summary>
    string? Find(ReadOnlySpan<char> characters)
    {
        Span<byte> bytes = stackalloc byte[LongestCluster];
        var count = Encoding.UTF8.GetBytes(characters, bytes);
        var position = Offset(units[0]);
        for (var i = 0; i < count; i++)
        {
            if (bytes[i] == 0)
                return null;
            position ^= bytes[i];
            if (position >= units.Length || (units[position] & 0x800000FFu) != bytes[i])
                return null;
            var unit = units[position];
            position ^= Offset(unit);
            if (((unit >> 8) & 1) == 1)
                return position < units.Length ? Replacement((int)(units[position] & 0x7FFFFFFF)) : null;
        }

        return null;
    }

    string? Replacement(int at)
    {
        if (at > replacements.Length)
            return null;
        var rest = replacements.AsSpan(at);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
