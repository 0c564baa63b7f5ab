namespace Aigc.Models.Templates;

/// <summary>A node of a template.</summary>
internal abstract record Node(int Line);

/// <summary>Something with a value.</summary>
internal abstract record Expression(int Line) : Node(Line);

internal sealed record Literal(int Line, object? Value) : Expression(Line);

internal sealed record Variable(int Line, string Name) : Expression(Line);

internal sealed record ListLiteral(int Line, IReadOnlyList<Expression> Items, bool IsTuple) : Expression(Line);

internal sealed record MapLiteral(int Line, IReadOnlyList<(Expression Key, Expression Value)> Entries) : Expression(Line);

internal sealed record Member(int Line, Expression Target, string Name) : Expression(Line);

internal sealed record Element(int Line, Expression Target, Expression Key) : Expression(Line);

internal sealed record Slice(int Line, Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression(Line);

internal sealed record Call(int Line, Expression Target, CallArguments Arguments) : Expression(Line);

/// <summary><see cref="Target"/> is null in a filter block, where the text of the block takes its place.</summary>
internal sealed record FilterCall(int Line, Expression? Target, string Name, Filter Filter, CallArguments Arguments) : Expression(Line);

internal sealed record TestCall(int Line, Expression Target, string Name, Test Test, CallArguments Arguments) : Expression(Line);

internal sealed record Not(int Line, Expression Operand) : Expression(Line);

internal sealed record Sign(int Line, bool Negative, Expression Operand) : Expression(Line);

internal sealed record Binary(int Line, string Operator, Expression Left, Expression Right) : Expression(Line);

internal sealed record Both(int Line, Expression Left, Expression Right) : Expression(Line);

internal sealed record Either(int Line, Expression Left, Expression Right) : Expression(Line);

internal sealed record Concat(int Line, IReadOnlyList<Expression> Items) : Expression(Line);

internal sealed record Comparison(int Line, Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest) : Expression(Line);

internal sealed record Conditional(int Line, Expression Condition, Expression Then, Expression? Else) : Expression(Line);

/// <summary>What stands in the parentheses of a call; a starred one is spread.</summary>
internal sealed record CallArguments(
    IReadOnlyList<Expression> Items, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Spread, Expression? SpreadNamed)
{
    public static CallArguments None { get; } = new([], [], null, null);
}

/// <summary>Something that is done.</summary>
internal abstract record Statement(int Line) : Node(Line);

internal sealed record TextStatement(int Line, JinjaText Text) : Statement(Line);

internal sealed record OutputStatement(int Line, Expression Value) : Statement(Line);

internal sealed record IfStatement(int Line, IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else) : Statement(Line);

internal sealed record ForStatement(
    int Line, Target Target, Expression Items, Expression? Filter, bool IsRecursive, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else) : Statement(Line);

internal sealed record SetStatement(int Line, Target Target, Expression Value) : Statement(Line);

/// <summary>Sets a name to the text of a block, after a filter where there is one.</summary>
internal sealed record SetBlockStatement(int Line, Target Target, FilterCall? Filter, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record MacroStatement(int Line, string Name, MacroShape Shape) : Statement(Line);

internal sealed record CallStatement(int Line, Call Call, MacroShape Shape) : Statement(Line);

internal sealed record FilterStatement(int Line, FilterCall Filter, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record WithStatement(int Line, IReadOnlyList<(Target Target, Expression Value)> Values, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record LoopControl(int Line, bool IsBreak) : Statement(Line);

/// <summary>Parameters and body of a macro.</summary>
internal sealed record MacroShape(IReadOnlyList<(string Name, Expression? Default)> Parameters, bool TakesMore, bool TakesMoreNamed, IReadOnlyList<Statement> Body);

/// <summary>What is assigned to: one name, an attribute of a namespace, or several of them.</summary>
internal abstract record Target;

internal sealed record NameTarget(string Name) : Target;

internal sealed record AttributeTarget(string Namespace, string Attribute) : Target;

internal sealed record SeveralTargets(IReadOnlyList<Target> Items) : Target;

/// <summary>Of a value and arguments.</summary>
internal delegate object? Filter(TemplateRun run, object? value, Arguments arguments);

/// <summary>Of a value and arguments.</summary>
internal delegate bool Test(TemplateRun run, object? value, Arguments arguments);
