using System.Globalization;

namespace Aigc.Models.Templates;

/// <summary>Reads expressions, with Jinja's precedence: filters and tests bind tighter than any operator.</summary>
internal class ExpressionParser(IReadOnlyList<Token> tokens, int deepest)
{
    static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];
    int at;
    int depth;

    /// <summary>Whether <c>varargs</c> and <c>kwargs</c> were named since the flags were cleared; macros ask.</summary>
    protected (bool More, bool MoreNamed) Seen { get; set; }

    protected Token Current => tokens[at];

    protected Token Ahead => tokens[Math.Min(at + 1, tokens.Count - 1)];

    protected Token Take() => tokens[at < tokens.Count - 1 ? at++ : at];

    protected bool TakeIfName(string name) => Current.IsName(name) && Take() is { };

    protected bool TakeIfOperator(string sign) => Current.IsOperator(sign) && Take() is { };

    protected void Expect(string sign)
    {
        if (!TakeIfOperator(sign))
            throw Unexpected($"{sign} is missing");
    }

    protected void ExpectName(string name)
    {
        if (!TakeIfName(name))
            throw Unexpected($"{name} is missing");
    }

    protected string ExpectAnyName() => Current.Kind == TokenKind.Name ? Take().Text : throw Unexpected("a name is missing");

    protected TemplateException Unexpected(string reason) => new($"{reason} before {Current}", Current.Line);

    protected T Deeper<T>(Func<T> read)
    {
        if (++depth > deepest)
            throw new TemplateException(FormattableString.Invariant($"the nesting is deeper than {deepest}"), Current.Line);
        var result = read();
        depth--;
        return result;
    }

    /// <summary>An expression, with <c>a if b else c</c>.</summary>
    protected Expression ReadExpression() => Deeper(ReadConditional);

    /// <summary>An expression, or several with commas between them: a tuple.</summary>
    protected Expression ReadTuple(bool isParenthesised = false, bool withConditional = true)
    {
        var line = Current.Line;
        var items = new List<Expression>();
        var isTuple = false;
        while (!EndsTuple())
        {
            items.Add(withConditional ? ReadExpression() : Deeper(ReadEither));
            if (!TakeIfOperator(","))
                break;
            isTuple = true;
        }
        return isTuple || (items.Count == 0 && isParenthesised) ? new ListLiteral(line, items, IsTuple: true)
            : items.Count == 1 ? items[0] : throw Unexpected("an expression is missing");
    }

    bool EndsTuple() => Current.Kind is TokenKind.ExpressionEnd or TokenKind.BlockEnd or TokenKind.End || Current.IsOperator(")");

    Expression ReadConditional()
    {
        var then = ReadEither();
        while (Current.IsName("if"))
        {
            var line = Take().Line;
            var condition = ReadEither();
            var otherwise = TakeIfName("else") ? ReadExpression() : null;
            then = new Conditional(line, condition, then, otherwise);
        }
        return then;
    }

    Expression ReadEither()
    {
        var left = ReadBoth();
        while (Current.IsName("or"))
            left = new Either(Take().Line, left, ReadBoth());
        return left;
    }

    Expression ReadBoth()
    {
        var left = ReadNot();
        while (Current.IsName("and"))
            left = new Both(Take().Line, left, ReadNot());
        return left;
    }

    Expression ReadNot() => Current.IsName("not") ? new Not(Take().Line, Deeper(ReadNot)) : ReadComparison();

    Expression ReadComparison()
    {
        var first = ReadSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (Current.Kind == TokenKind.Operator && Comparisons.Contains(Current.Text))
                rest.Add((Take().Text, ReadSum()));
            else if (TakeIfName("in"))
                rest.Add(("in", ReadSum()));
            else if (Current.IsName("not") && Ahead.IsName("in") && Take() is { } && Take() is { })
                rest.Add(("not in", ReadSum()));
            else
                return rest.Count == 0 ? first : new Comparison(first.Line, first, rest);
        }
    }

    Expression ReadSum() => ReadChain(["+", "-"], ReadConcat);

    Expression ReadConcat()
    {
        var items = new List<Expression> { ReadProduct() };
        while (TakeIfOperator("~"))
            items.Add(ReadProduct());
        return items.Count == 1 ? items[0] : new Concat(items[0].Line, items);
    }

    Expression ReadProduct() => ReadChain(["*", "/", "//", "%"], ReadPower);

    Expression ReadPower() => ReadChain(["**"], () => ReadSigned());

    Expression ReadChain(string[] signs, Func<Expression> read)
    {
        var left = read();
        while (Current.Kind == TokenKind.Operator && signs.Contains(Current.Text))
        {
            var sign = Take();
            left = new Binary(sign.Line, sign.Text, left, read());
        }
        return left;
    }

    Expression ReadSigned(bool withFilters = true)
    {
        var node = Current.IsOperator("-") || Current.IsOperator("+")
            ? Take() is var sign ? new Sign(sign.Line, sign.Text == "-", Deeper(() => ReadSigned(withFilters: false))) : throw Unexpected("a value is missing")
            : ReadPrimary();
        node = ReadPostfix(node);
        return withFilters ? ReadFilters(node) : node;
    }

    protected Expression ReadPrimary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                Take();
                return Named(token);
            case TokenKind.String:
                var text = Take().Text;
                while (Current.Kind == TokenKind.String)
                    text += Take().Text;
                return new Literal(token.Line, JinjaText.OfTemplate(text));
            case TokenKind.Integer:
                Take();
                return new Literal(token.Line, long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw new TemplateException($"{token.Text} is too large", token.Line));
            case TokenKind.Float:
                Take();
                return new Literal(token.Line, double.Parse(token.Text, CultureInfo.InvariantCulture));
        }
        if (TakeIfOperator("("))
        {
            var inside = Deeper(() => ReadTuple(isParenthesised: true));
            Expect(")");
            return inside;
        }
        return Current.IsOperator("[") ? ReadList() : Current.IsOperator("{") ? ReadMap() : throw Unexpected("a value is missing");
    }

    Expression Named(Token name)
    {
        if (name.Text is "varargs" or "kwargs")
            Seen = (Seen.More || name.Text == "varargs", Seen.MoreNamed || name.Text == "kwargs");
        return name.Text switch
        {
            "true" or "True" => new Literal(name.Line, true),
            "false" or "False" => new Literal(name.Line, false),
            "none" or "None" => new Literal(name.Line, null),
            _ => new Variable(name.Line, name.Text),
        };
    }

    ListLiteral ReadList()
    {
        var line = Take().Line;
        var items = new List<Expression>();
        while (!Current.IsOperator("]"))
        {
            items.Add(ReadExpression());
            if (!TakeIfOperator(","))
                break;
        }
        Expect("]");
        return new(line, items, IsTuple: false);
    }

    MapLiteral ReadMap()
    {
        var line = Take().Line;
        var entries = new List<(Expression, Expression)>();
        while (!Current.IsOperator("}"))
        {
            var key = ReadExpression();
            Expect(":");
            entries.Add((key, ReadExpression()));
            if (!TakeIfOperator(","))
                break;
        }
        Expect("}");
        return new(line, entries);
    }

    Expression ReadPostfix(Expression node)
    {
        while (true)
        {
            if (Current.IsOperator("."))
            {
                var line = Take().Line;
                node = Current.Kind == TokenKind.Integer
                    ? new Element(line, node, ReadPrimary())
                    : new Member(line, node, ExpectAnyName());
            }
            else if (Current.IsOperator("["))
                node = ReadSubscript(node);
            else if (Current.IsOperator("("))
                node = new Call(Current.Line, node, ReadArguments());
            else
                return node;
        }
    }

    Expression ReadSubscript(Expression target)
    {
        var line = Take().Line;
        Expression? start = Current.IsOperator(":") ? null : ReadExpression();
        if (start is not null && !Current.IsOperator(":"))
        {
            Expect("]");
            return new Element(line, target, start);
        }
        Expect(":");
        var stop = Current.IsOperator(":") || Current.IsOperator("]") ? null : ReadExpression();
        var step = TakeIfOperator(":") && !Current.IsOperator("]") ? ReadExpression() : null;
        Expect("]");
        return new Slice(line, target, start, stop, step);
    }

    Expression ReadFilters(Expression node)
    {
        while (true)
        {
            if (TakeIfOperator("|"))
                node = ReadFilter(node);
            else if (Current.IsName("is"))
                node = ReadTest(node);
            else if (Current.IsOperator("("))
                node = new Call(Current.Line, node, ReadArguments());
            else
                return node;
        }
    }

    /// <summary>A filter after its bar.</summary>
    protected FilterCall ReadFilter(Expression? target)
    {
        var line = Current.Line;
        var name = ExpectAnyName();
        var filter = Filters.Find(name) ?? throw new TemplateException($"the filter {name} is not known", line);
        return new(line, target, name, filter, Current.IsOperator("(") ? ReadArguments() : CallArguments.None);
    }

    Expression ReadTest(Expression target)
    {
        var line = Take().Line;
        var negated = TakeIfName("not");
        var name = ExpectAnyName();
        var test = Tests.Find(name) ?? throw new TemplateException($"the test {name} is not known", line);
        var arguments = CallArguments.None;
        if (Current.IsOperator("("))
            arguments = ReadArguments();
        else if (BeginsValue())
            arguments = arguments with { Items = [Deeper(() => ReadPostfix(ReadPrimary()))] };
        Expression node = new TestCall(line, target, name, test, arguments);
        return negated ? new Not(line, node) : node;
    }

    bool BeginsValue() => Current.Kind switch
    {
        TokenKind.Name => Current.Text is not ("else" or "or" or "and" or "is"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        _ => Current.IsOperator("[") || Current.IsOperator("{"),
    };

    protected CallArguments ReadArguments()
    {
        Expect("(");
        var items = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? spread = null;
        Expression? spreadNamed = null;
        while (!Current.IsOperator(")"))
        {
            if (TakeIfOperator("*"))
                spread = ReadExpression();
            else if (TakeIfOperator("**"))
                spreadNamed = ReadExpression();
            else if (Current.Kind == TokenKind.Name && Ahead.IsOperator("="))
            {
                var name = Take().Text;
                Take();
                named.Add((name, ReadExpression()));
            }
            else if (named.Count > 0 || spread is not null || spreadNamed is not null)
                throw Unexpected("an argument without a name comes after named ones");
            else
                items.Add(ReadExpression());
            if (!TakeIfOperator(","))
                break;
        }
        Expect(")");
        return items.Count == 0 && named.Count == 0 && spread is null && spreadNamed is null ? CallArguments.None : new(items, named, spread, spreadNamed);
    }
}
