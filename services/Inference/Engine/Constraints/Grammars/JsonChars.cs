using System.Text;
using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>
/// The characters between the quotes of a JSON string, byte by byte: valid UTF-8 (RFC 3629, table 3-7 of the Unicode standard), escapes, and no
/// half of a surrogate pair. A canonical string spells each character in one way alone: an escape only where JSON demands one, so that keys and
/// lengths can be compared byte by byte.
/// </summary>
internal static class JsonChars
{
    /// <summary>States of a free string; 0 is between two characters.</summary>
    public const int Between = 0;

    // After a backslash; after \u; after \u and one, two, three digits; the same for a low half; UTF-8 with one, two, three bytes to go; first bytes with fewer continuations.
    private const int Escape = 1, U = 2, UD = 3, U1 = 4, U2 = 5, U3 = 6, LowEscape = 7, LowU = 8, LowD = 9, LowX = 10, LowX2 = 11, LowX3 = 12,
        High2 = 13, High3 = 14, One = 15, Two = 16, Three = 17, E0 = 18, Ed = 19, F0 = 20, F4 = 21, U0 = 22, U00 = 23, U000 = 24, U001 = 25;

    /// <summary>The state after a byte, or −1.</summary>
    public static int Free(int state, byte b) => state switch
    {
        Escape when b == 'u' => U,
        Escape => "\"\\/bfnrt".Contains((char)b) ? Between : -1,
        U => b is (byte)'d' or (byte)'D' ? UD : IsHex(b) ? U1 : -1,
        // D8 to DB begin a pair, DC to DF would be a low half alone.
        UD => b is >= (byte)'0' and <= (byte)'7' ? U2 : b is (byte)'8' or (byte)'9' or (byte)'a' or (byte)'b' or (byte)'A' or (byte)'B' ? High2 : -1,
        U1 => IsHex(b) ? U2 : -1,
        U2 => IsHex(b) ? U3 : -1,
        U3 => IsHex(b) ? Between : -1,
        High2 => IsHex(b) ? High3 : -1,
        High3 => IsHex(b) ? LowEscape : -1,
        LowEscape => b == '\\' ? LowU : -1,
        LowU => b == 'u' ? LowD : -1,
        LowD => b is (byte)'d' or (byte)'D' ? LowX : -1,
        LowX => b is >= (byte)'c' and <= (byte)'f' or >= (byte)'C' and <= (byte)'F' ? LowX2 : -1,
        LowX2 => IsHex(b) ? LowX3 : -1,
        LowX3 => IsHex(b) ? Between : -1,
        _ => Plain(state, b),
    };

    /// <summary>The same for a canonical string.</summary>
    public static int Canonical(int state, byte b) => state switch
    {
        Escape when b == 'u' => U,
        Escape => "\"\\bfnrt".Contains((char)b) ? Between : -1,
        U => b == '0' ? U0 : -1,
        U0 => b == '0' ? U00 : -1,
        U00 => b == '0' ? U000 : b == '1' ? U001 : -1,
        // Those with a short escape of their own are 8, 9, a, c and d.
        U000 => b is >= (byte)'0' and <= (byte)'7' or (byte)'b' or (byte)'e' or (byte)'f' ? Between : -1,
        U001 => b is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f' ? Between : -1,
        _ => Plain(state, b),
    };

    /// <summary>A text between quotes as it is spelled canonically, without the quotes.</summary>
    public static byte[] Spell(string text)
    {
        var spelled = new StringBuilder(text.Length);
        foreach (var c in text)
            spelled.Append(c < 0x20 || c is '"' or '\\' ? Spell(c) : c);
        return Encoding.UTF8.GetBytes(spelled.ToString());
    }

    /// <summary>The escape of a character that needs one.</summary>
    public static string Spell(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => FormattableString.Invariant($"\\u{(int)c:x4}"),
    };

    /// <summary>Strings of the basic plane: there those who count UTF-16 units and those who count characters agree.</summary>
    public static Dfa CanonicalOfLength(int min, int max, Location place, Budget budget) => Dfa.Explore((Char: Between, Count: 0), (((int Char, int Count) s, byte b, out (int Char, int Count) t) =>
    {
        var c = s.Char == Between && (s.Count == max || b >= 0xF0) ? -1 : Canonical(s.Char, b);
        t = (c, c == Between && (max >= 0 || s.Count < min) ? s.Count + 1 : s.Count);
        return c >= 0;
    }), s => s.Char == Between && s.Count >= min, place, budget);

    private static int Plain(int state, byte b) => state switch
    {
        Between => b switch
        {
            (byte)'"' or < 0x20 => -1,
            (byte)'\\' => Escape,
            < 0x80 => Between,
            >= 0xC2 and <= 0xDF => One,
            0xE0 => E0,
            0xED => Ed,
            >= 0xE1 and <= 0xEF => Two,
            0xF0 => F0,
            >= 0xF1 and <= 0xF3 => Three,
            0xF4 => F4,
            _ => -1,
        },
        One => IsRest(b) ? Between : -1,
        Two => IsRest(b) ? One : -1,
        Three => IsRest(b) ? Two : -1,
        E0 => b is >= 0xA0 and <= 0xBF ? One : -1,
        Ed => b is >= 0x80 and <= 0x9F ? One : -1,
        F0 => b is >= 0x90 and <= 0xBF ? Two : -1,
        F4 => b is >= 0x80 and <= 0x8F ? Two : -1,
        _ => -1,
    };

    private static bool IsRest(byte b) => b is >= 0x80 and <= 0xBF;

    private static bool IsHex(byte b) => b is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f' or >= (byte)'A' and <= (byte)'F';
}
