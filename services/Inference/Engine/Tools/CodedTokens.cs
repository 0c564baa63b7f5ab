using System.Text;
using Aigc.Models.Text.Tools;

namespace Aigc.Inference.Engine.Tools;

/// <summary>
/// A model's tokens with bytes for those special tokens that its calls are written with: each gets one byte that UTF-8 does not have, so that a grammar asks for
/// the token and for nothing that spells it. Tokens that are such bytes themselves are parts of no text and have none here.
/// </summary>
internal sealed class CodedTokens : ITokenText
{
    // 0xC0, 0xC1 and 0xF5 to 0xFF are in no text.
    private static readonly byte[] Codes = [0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0xFA, 0xF9, 0xF8, 0xF7, 0xF6, 0xF5, 0xC1, 0xC0];

    private readonly ITokenText _text;
    private readonly Dictionary<int, byte[]> _coded = [];
    private readonly List<(string Spelling, byte Code)> _spellings = [];
    private readonly bool[] _taken = new bool[256];

    /// <summary>Gives codes to the special tokens in a syntax; those beyond the codes there are stay without bytes, so that no call can be written.</summary>
    public CodedTokens(ITokenText text, IReadOnlyDictionary<string, int> special, ToolCallSyntax? syntax)
    {
        _text = text;
        if (syntax is null)
            return;
        string[] literals = [syntax.Lead, syntax.Opening, .. syntax.Between, syntax.Closing, syntax.Next ?? ""];
        var used = special.Where(token => token.Key.Length > 0 && literals.Any(literal => literal.Contains(token.Key, StringComparison.Ordinal)));
        foreach (var (spelling, id) in used.OrderByDescending(token => token.Key.Length).ThenBy(token => token.Key, StringComparer.Ordinal))
        {
            if (_spellings.Count == Codes.Length)
                break;
            var code = Codes[_spellings.Count];
            _spellings.Add((spelling, code));
            _coded[id] = [code];
            _taken[code] = true;
        }
    }

    public bool IsEnd(int token) => _text.IsEnd(token);

    public ReadOnlySpan<byte> BytesOf(int token)
    {
        if (_coded.TryGetValue(token, out var code))
            return code;
        var bytes = _text.BytesOf(token);
        foreach (var b in bytes)
        {
            if (_taken[b])
                return [];
        }
        return bytes;
    }

    /// <summary>The token that has a spelling for itself; −1 for none.</summary>
    public int TokenOf(string spelling) =>
        _spellings.Find(entry => entry.Spelling == spelling) is { Spelling: not null, Code: var code } ? _coded.First(entry => entry.Value[0] == code).Key : -1;

    /// <summary>A literal's bytes, its special tokens coded.</summary>
    public byte[] Encode(string literal)
    {
        var bytes = new List<byte>(literal.Length);
        for (var at = 0; at < literal.Length;)
        {
            var found = _spellings.Find(entry => literal.AsSpan(at).StartsWith(entry.Spelling, StringComparison.Ordinal));
            if (found.Spelling is not null)
            {
                bytes.Add(found.Code);
                at += found.Spelling.Length;
                continue;
            }
            var length = char.IsHighSurrogate(literal[at]) && at + 1 < literal.Length ? 2 : 1;
            bytes.AddRange(Encoding.UTF8.GetBytes(literal, at, length));
            at += length;
        }
        return [.. bytes];
    }
}
