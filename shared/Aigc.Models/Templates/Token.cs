namespace Aigc.Models.Templates;

internal enum TokenKind
{
    /// <summary>Text between the tags.</summary>
    Data,
    ExpressionBegin,
    ExpressionEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>A piece of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Text, name or operator; of a string literal what it stands for.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public bool IsOperator(string sign) => Kind == TokenKind.Operator && Text == sign;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.BlockEnd => "%}",
        TokenKind.ExpressionEnd => "}}",
        TokenKind.BlockBegin => "{%",
        TokenKind.ExpressionBegin => "{{",
        TokenKind.Data => "text",
        _ => Text,
    };
}
