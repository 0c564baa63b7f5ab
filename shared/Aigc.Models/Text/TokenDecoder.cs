using System.Text;

namespace Aigc.Models.Text;

/// <summary>
/// Turns tokens into text while they come: only whole characters come out, the bytes of an unfinished one wait for the next token.
/// The pieces together are what <see cref="TextTokenizer.Decode"/> gives, but for the tidying of spaces that word vocabularies want at the
/// end. One instance an answer.
/// </summary>
public sealed class TokenDecoder(TextTokenizer tokenizer)
{
    readonly Decoder utf8 = Encoding.UTF8.GetDecoder();
    int leadingSpaces = tokenizer.LeadingSpaces;

    /// <summary>The characters this token completes; often a word, sometimes nothing.</summary>
    public string Append(int id) => Convert(tokenizer.BytesOf(id), flush: false);

    /// <summary>At the end of an answer: U+FFFD when it broke off inside a character, else nothing.</summary>
    public string Flush() => Convert([], flush: true);

    string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[bytes.Length + 4];
        var length = utf8.GetChars(bytes, characters, flush);
        var start = 0;
        while (start < length && leadingSpaces > 0)
        {
            // The first character that is no space ends the beginning.
            leadingSpaces = characters[start] == ' ' ? leadingSpaces - 1 : 0;
            start += characters[start] == ' ' ? 1 : 0;
        }

        return new string(characters, start, length - start);
    }
}
