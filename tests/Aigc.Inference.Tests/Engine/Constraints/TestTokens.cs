using System.Text;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine.Constraints;

/// <summary>Vocabularies of bytes; the last token ends an answer.</summary>
internal sealed class TestTokens(IEnumerable<byte[]> tokens) : ITokenText
{
    private readonly byte[][] _tokens = [.. tokens, []];

    public int Size => _tokens.Length;

    public bool IsEnd(int token) => token == _tokens.Length - 1;

    public ReadOnlySpan<byte> BytesOf(int token) => _tokens[token];

    public static IEnumerable<byte[]> Bytes => Enumerable.Range(0, 256).Select(b => new[] { (byte)b });

    public static TestTokens BytesAlone => new(Bytes);

    /// <summary>Tokens that end one value and begin the next, and halves of characters.</summary>
    public static TestTokens Nasty => new(Bytes.Concat(((string[])[
        "{\"", "\":", "\": ", "\", \"", "\",\"", "},{", "}]", "]}", "}}", "]]", "{}", "[]", "[[", "\"\"", "null,", "true}", "false]", ": [", ", ", ",\"", "1,", "12", "123", "0.5", "-1",
        "00", "e5", "\\\"", "\\u", "\\u00", "\\ud83d", "\\ude00", "\\\\", "name", "ame\":", "\"name\": \"", "é", "日本", "🙂", " ", "  ", "\n", "\t", "\n  \"", "aaaa", "ab", "abc", "tru", "nul",
        "{\"a\":{\"a\":", "[[[[[[[[", "{\"a\":[{\"a\":[", "\"}", "\"]", "\"},{\"", "2024-", "-01-", "://", "@"]).Select(Encoding.UTF8.GetBytes))
        .Concat([[0xE6, 0x97], [0xA5, 0xE6], [0xF0, 0x9F], [0x99, 0x82], [0xC3], [0xA9, (byte)'"'], [(byte)'"', 0xE6], [0xFF, 0xFE], [0xED, 0xA0]]));

    /// <summary>ASCII by itself; of other characters only some, whole.</summary>
    public static TestTokens NoBytes => new(Enumerable.Range(0, 128).Select(b => new[] { (byte)b })
        .Concat(((string[])["é", "日本", "🙂", "é\"", "ö", "the", "\":"]).Select(Encoding.UTF8.GetBytes)).Append([0xE6, 0x97]));

    public static TestTokens Nano
    {
        get
        {
            using var model = new NanoModel();
            var tokenizer = Aigc.Models.Text.TextTokenizer.Load(model.Path);
            return new(Enumerable.Range(0, tokenizer.VocabularySize).Select(id => tokenizer.BytesOf(id).ToArray()));
        }
    }
}
