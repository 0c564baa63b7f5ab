namespace Aigc.Inference.Engine;

/// <summary>What the generator needs to know of a tokenizer.</summary>
internal interface ITokenText
{
    /// <summary>True when the token ends an answer.</summary>
    bool IsEnd(int token);

    /// <summary>The bytes of UTF-8 a token stands for; possibly half a character, none for special tokens.</summary>
    ReadOnlySpan<byte> BytesOf(int token);
}
