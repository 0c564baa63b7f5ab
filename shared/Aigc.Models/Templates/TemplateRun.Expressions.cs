namespace Aigc.Models.Templates;

// Values of expressions.
internal sealed partial class TemplateRun
{
    object? Evaluate(Expression expression, Scope scope)
    {
        Budget.Line = expression.Line;
        Budget.Step();
        Budget.Enter();
        var value = expression switch
        {
            Literal literal => literal.Value,
            Variable variable => scope.TryGet(variable.Name, out var found) ? found : new Undefined(variable.Name),
            ListLiteral list => List(list, scope),
            MapLiteral map => Map(map, scope),
            Member member => Members.Get(Budget, Evaluate(member.Target, scope), member.Name),
            Element element => Members.At(Budget, Evaluate(element.Target, scope), Evaluate(element.Key, scope)),
            Slice slice => Members.Slice(Budget, Evaluate(slice.Target, scope), Bound(slice.Start, scope), Bound(slice.Stop, scope), Bound(slice.Step, scope)),
            Call call => Invoke(call, scope, caller: null),
            FilterCall filter => filter.Filter(this, Evaluate(filter.Target!, scope), Read(filter.Arguments, scope, null)),
            TestCall test => test.Test(this, Evaluate(test.Target, scope), Read(test.Arguments, scope, null)),
            Not not => !Kinds.IsTrue(Evaluate(not.Operand, scope)),
            Sign sign => Operators.Sign(Budget, sign.Negative, Evaluate(sign.Operand, scope)),
            Binary binary => Operators.Apply(Budget, binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope)),
            Both both => Evaluate(both.Left, scope) is var left && Kinds.IsTrue(left) ? Evaluate(both.Right, scope) : left,
            Either either => Evaluate(either.Left, scope) is var left && Kinds.IsTrue(left) ? left : Evaluate(either.Right, scope),
            Concat concat => Join(concat, scope),
            Comparison comparison => Compare(comparison, scope),
            Conditional choice => Kinds.IsTrue(Evaluate(choice.Condition, scope)) ? Evaluate(choice.Then, scope)
                : choice.Else is null ? new Undefined("the value of an if without else") : Evaluate(choice.Else, scope),
            _ => throw Fail("an expression is not understood"),
        };
        Budget.Line = expression.Line;
        Budget.Leave();
        return value;
    }

    object? Bound(Expression? bound, Scope scope) => bound is null ? null : Evaluate(bound, scope);

    JinjaList List(ListLiteral list, Scope scope)
    {
        Budget.Elements(list.Items.Count);
        return new([.. list.Items.Select(item => Evaluate(item, scope))], list.IsTuple);
    }

    JinjaMap Map(MapLiteral map, Scope scope)
    {
        Budget.Elements(map.Entries.Count);
        return new(map.Entries.Select(entry => new KeyValuePair<object?, object?>(Key(Evaluate(entry.Key, scope)), Evaluate(entry.Value, scope))));
    }

    object? Key(object? key) => key is null or bool or long or double or JinjaText ? key : throw Fail($"{Kinds.Name(key)} cannot be a key");

    JinjaText Join(Concat concat, Scope scope)
    {
        var text = new TextBuilder(Budget);
        foreach (var item in concat.Items)
            text.Append(Writing.Show(Budget, Evaluate(item, scope)));
        return text.Build();
    }

    bool Compare(Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (sign, operand) in comparison.Rest)
        {
            var right = Evaluate(operand, scope);
            if (!Operators.Compare(Budget, sign, left, right))
                return false;
            left = right;
        }
        return true;
    }

    object? Invoke(Call call, Scope scope, JinjaFunction? caller)
    {
        var target = Evaluate(call.Target, scope);
        var arguments = Read(call.Arguments, scope, caller);
        Budget.Line = call.Line;
        return target switch
        {
            JinjaFunction function => function.Call(this, arguments),
            LoopState loop => loop.Again(this, arguments),
            _ => throw Fail($"{Kinds.Name(target)} cannot be called"),
        };
    }

    object? ApplyAll(FilterCall filter, JinjaText text, Scope scope)
    {
        var value = filter.Target is FilterCall inner ? ApplyAll(inner, text, scope) : text;
        return filter.Filter(this, value, Read(filter.Arguments, scope, null));
    }

    Arguments Read(CallArguments call, Scope scope, JinjaFunction? caller)
    {
        if (ReferenceEquals(call, CallArguments.None) && caller is null)
            return Arguments.Of(Budget);
        var items = call.Items.Select(item => Evaluate(item, scope)).ToList();
        if (call.Spread is not null)
            items.AddRange(Kinds.Elements(Budget, Evaluate(call.Spread, scope)));
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in call.Named)
            named[name] = Evaluate(value, scope);
        if (call.SpreadNamed is not null)
        {
            if (Evaluate(call.SpreadNamed, scope) is not JinjaMap map)
                throw Fail("** needs a mapping");
            foreach (var (key, value) in map.Entries)
                named[key is JinjaText text ? text.Value : throw Fail("the names of arguments are texts")] = value;
        }
        if (caller is not null)
            named["caller"] = caller;
        return new(Budget, items, named);
    }
}
