namespace Aigc.Models.Templates;

/// <summary>Reads the statements of a template.</summary>
internal sealed class Parser(IReadOnlyList<Token> tokens, int deepest) : ExpressionParser(tokens, deepest)
{
    static readonly string[] Refused = ["include", "import", "from", "extends", "block", "do", "autoescape", "trans"];
    int loops;

    /// <summary>The whole template.</summary>
    /// <exception cref="TemplateException">Names the line and the reason.</exception>
    public static IReadOnlyList<Statement> Read(IReadOnlyList<Token> tokens, int deepest) => new Parser(tokens, deepest).ReadBody([]);

    /// <summary>Statements up to one of the ends, which is then current; up to the end of the template where none is named.</summary>
    List<Statement> ReadBody(string[] ends)
    {
        var body = new List<Statement>();
        while (Current.Kind != TokenKind.End)
        {
            var token = Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new TextStatement(token.Line, JinjaText.OfTemplate(token.Text)));
                    break;
                case TokenKind.ExpressionBegin:
                    body.Add(new OutputStatement(token.Line, ReadTuple()));
                    ExpectEnd(TokenKind.ExpressionEnd);
                    break;
                default:
                    if (Current.Kind == TokenKind.Name && ends.Contains(Current.Text))
                        return body;
                    body.AddRange(Deeper(ReadStatement));
                    ExpectEnd(TokenKind.BlockEnd);
                    break;
            }
        }
        return ends.Length == 0 ? body : throw Unexpected($"{ends[^1]} is missing");
    }

    void ExpectEnd(TokenKind kind)
    {
        if (Current.Kind != kind)
            throw Unexpected(kind == TokenKind.BlockEnd ? "%} is missing" : "}} is missing");
        Take();
    }

    List<Statement> ReadBlock(params string[] ends)
    {
        ExpectEnd(TokenKind.BlockEnd);
        return ReadBody(ends);
    }

    IReadOnlyList<Statement> ReadStatement()
    {
        var tag = Current;
        var name = ExpectAnyName();
        return name switch
        {
            "if" => [ReadIf(tag.Line)],
            "for" => [ReadFor(tag.Line)],
            "set" => [ReadSet(tag.Line)],
            "macro" => [ReadMacro(tag.Line)],
            "call" => [ReadCall(tag.Line)],
            "filter" => [ReadFilterBlock(tag.Line)],
            "with" => [ReadWith(tag.Line)],
            "generation" => [ReadGeneration(tag.Line)],
            "break" or "continue" when loops > 0 => [new LoopControl(tag.Line, name == "break")],
            "break" or "continue" => throw new TemplateException($"{name} stands outside of a loop", tag.Line),
            _ when Refused.Contains(name) => throw new TemplateException($"the tag {name} is not allowed in a chat template", tag.Line),
            _ => throw new TemplateException($"the tag {name} is not known or out of place", tag.Line),
        };
    }

    IfStatement ReadIf(int line)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        var otherwise = new List<Statement>();
        do
        {
            var condition = ReadTuple(withConditional: false);
            branches.Add((condition, ReadBlock("elif", "else", "endif")));
        }
        while (TakeIfName("elif"));
        if (TakeIfName("else"))
            otherwise = ReadBlock("endif");
        ExpectName("endif");
        return new(line, branches, otherwise);
    }

    ForStatement ReadFor(int line)
    {
        var target = ReadTarget();
        ExpectName("in");
        var items = ReadTuple(withConditional: false);
        var filter = TakeIfName("if") ? ReadExpression() : null;
        var recursive = TakeIfName("recursive");
        loops++;
        var body = ReadBlock("endfor", "else");
        loops--;
        var otherwise = TakeIfName("else") ? ReadBlock("endfor") : [];
        ExpectName("endfor");
        return new(line, target, items, filter, recursive, body, otherwise);
    }

    Statement ReadSet(int line)
    {
        var target = ReadTarget();
        if (TakeIfOperator("="))
            return new SetStatement(line, target, ReadTuple());
        FilterCall? filter = null;
        while (TakeIfOperator("|"))
            filter = ReadFilter(filter);
        var body = ReadBlock("endset");
        ExpectName("endset");
        return new SetBlockStatement(line, target, filter, body);
    }

    Target ReadTarget()
    {
        var targets = new List<Target>();
        var several = false;
        do
        {
            if (targets.Count > 0 && Current.Kind != TokenKind.Name && !Current.IsOperator("("))
                break;
            targets.Add(ReadOneTarget());
            several |= Current.IsOperator(",");
        }
        while (TakeIfOperator(","));
        return several ? new SeveralTargets(targets) : targets[0];
    }

    Target ReadOneTarget()
    {
        if (TakeIfOperator("("))
        {
            var inside = Deeper(ReadTarget);
            Expect(")");
            return inside;
        }
        var name = ExpectAnyName();
        if (name is "true" or "True" or "false" or "False" or "none" or "None")
            throw Unexpected($"{name} cannot be set,");
        return TakeIfOperator(".") ? new AttributeTarget(name, ExpectAnyName()) : new NameTarget(name);
    }

    MacroStatement ReadMacro(int line)
    {
        var name = ExpectAnyName();
        var parameters = ReadParameters();
        return new(line, name, ReadMacroBody(parameters, "endmacro"));
    }

    CallStatement ReadCall(int line)
    {
        var parameters = Current.IsOperator("(") ? ReadParameters() : [];
        return ReadExpression() is Call call
            ? new(line, call, ReadMacroBody(parameters, "endcall"))
            : throw new TemplateException("a call block needs a call", line);
    }

    MacroShape ReadMacroBody(IReadOnlyList<(string, Expression?)> parameters, string end)
    {
        var (outside, around) = (Seen, loops);
        (Seen, loops) = ((false, false), 0);
        var body = ReadBlock(end);
        ExpectName(end);
        var shape = new MacroShape(parameters, Seen.More, Seen.MoreNamed, body);
        (Seen, loops) = (outside, around);
        return shape;
    }

    List<(string, Expression?)> ReadParameters()
    {
        var parameters = new List<(string, Expression?)>();
        Expect("(");
        while (!Current.IsOperator(")"))
        {
            var name = ExpectAnyName();
            parameters.Add((name, TakeIfOperator("=") ? ReadExpression() : null));
            if (!TakeIfOperator(","))
                break;
        }
        Expect(")");
        return parameters;
    }

    FilterStatement ReadFilterBlock(int line)
    {
        var filter = ReadFilter(null);
        while (TakeIfOperator("|"))
            filter = ReadFilter(filter);
        var body = ReadBlock("endfilter");
        ExpectName("endfilter");
        return new(line, filter, body);
    }

    WithStatement ReadWith(int line)
    {
        var values = new List<(Target, Expression)>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            var target = ReadOneTarget();
            Expect("=");
            values.Add((target, ReadExpression()));
            if (!TakeIfOperator(","))
                break;
        }
        var body = ReadBlock("endwith");
        ExpectName("endwith");
        return new(line, values, body);
    }

    // Transformers marks with it which tokens the model wrote. Rendered as if it were not there, in a scope of its own.
    WithStatement ReadGeneration(int line)
    {
        var body = ReadBlock("endgeneration");
        ExpectName("endgeneration");
        return new(line, [], body);
    }
}
