namespace Aigc.Models.Templates;

/// <summary>One rendering: goes through the statements and writes.</summary>
internal sealed partial class TemplateRun
{
    enum Flow
    {
        On,
        Break,
        Continue,
    }

    TextBuilder output;

    TemplateRun(Budget budget)
    {
        (Budget, output) = (budget, new(budget));
    }

    /// <summary>What is left to use.</summary>
    public Budget Budget { get; }

    /// <summary>Renders a template.</summary>
    public static JinjaText Render(IReadOnlyList<Statement> template, IEnumerable<KeyValuePair<string, object?>> variables, DateTimeOffset now, TemplateLimits limits)
    {
        var globals = new Scope(null);
        Functions.AddTo(globals, now);
        var top = new Scope(globals);
        foreach (var (name, value) in variables)
            top.Set(name, value);
        var run = new TemplateRun(new(limits));
        run.Run(template, top);
        return run.output.Build();
    }

    /// <summary>An error at the current line.</summary>
    public TemplateException Fail(string reason) => Budget.Fail(reason);

    Flow Run(IReadOnlyList<Statement> body, Scope scope)
    {
        foreach (var statement in body)
        {
            var flow = Run(statement, scope);
            if (flow != Flow.On)
                return flow;
        }
        return Flow.On;
    }

    Flow Run(Statement statement, Scope scope)
    {
        Budget.Line = statement.Line;
        Budget.Step();
        Budget.Enter();
        var flow = Flow.On;
        switch (statement)
        {
            case TextStatement text:
                output.Append(text.Text);
                break;
            case OutputStatement shown:
                output.Append(Writing.Show(Budget, Evaluate(shown.Value, scope)));
                break;
            case IfStatement choice:
                flow = Choose(choice, scope);
                break;
            case ForStatement loop:
                Loop(loop, Evaluate(loop.Items, scope), scope, depth: 0);
                break;
            case SetStatement set:
                Assign(set.Target, Evaluate(set.Value, scope), scope);
                break;
            case SetBlockStatement set:
                var value = Capture(set.Body, new(scope));
                Assign(set.Target, set.Filter is null ? value : ApplyAll(set.Filter, value, scope), scope);
                break;
            case MacroStatement macro:
                scope.Set(macro.Name, Macro(macro.Name, macro.Shape, scope));
                break;
            case CallStatement call:
                output.Append(Writing.Show(Budget, Invoke(call.Call, scope, Macro("caller", call.Shape, scope))));
                break;
            case FilterStatement filter:
                output.Append(Writing.Show(Budget, ApplyAll(filter.Filter, Capture(filter.Body, new(scope)), scope)));
                break;
            case WithStatement with:
                flow = RunWith(with, scope);
                break;
            case LoopControl control:
                flow = control.IsBreak ? Flow.Break : Flow.Continue;
                break;
        }
        Budget.Leave();
        return flow;
    }

    Flow Choose(IfStatement choice, Scope scope)
    {
        foreach (var (condition, body) in choice.Branches)
        {
            if (Kinds.IsTrue(Evaluate(condition, scope)))
                return Run(body, scope);
        }
        return Run(choice.Else, scope);
    }

    Flow RunWith(WithStatement with, Scope scope)
    {
        var inner = new Scope(scope);
        // The values are those outside: the names of the block do not see each other.
        foreach (var (target, value) in with.Values)
            Assign(target, Evaluate(value, scope), inner);
        return Run(with.Body, inner);
    }

    void Loop(ForStatement loop, object? over, Scope scope, int depth)
    {
        var items = Kinds.Elements(Budget, over);
        if (loop.Filter is not null)
            items = [.. items.Where(item => Kinds.IsTrue(Evaluate(loop.Filter, Bound(loop.Target, item, scope))))];
        var state = new LoopState(items, depth, loop.IsRecursive ? again => CaptureLoop(loop, again, scope, depth + 1) : null);
        for (; state.Index < items.Count; state.Index++)
        {
            Budget.Step();
            var inner = Bound(loop.Target, items[state.Index], scope);
            inner.Set("loop", state);
            if (Run(loop.Body, inner) == Flow.Break)
                break;
        }
        if (items.Count == 0)
            Run(loop.Else, new(scope));
    }

    Scope Bound(Target target, object? item, Scope scope)
    {
        var inner = new Scope(scope);
        Assign(target, item, inner);
        return inner;
    }

    JinjaText CaptureLoop(ForStatement loop, object? over, Scope scope, int depth)
    {
        Budget.Enter();
        var (outside, inside) = (output, new TextBuilder(Budget));
        output = inside;
        Loop(loop, over, scope, depth);
        output = outside;
        Budget.Leave();
        return inside.Build();
    }

    JinjaText Capture(IReadOnlyList<Statement> body, Scope scope)
    {
        var (outside, inside) = (output, new TextBuilder(Budget));
        output = inside;
        Run(body, scope);
        output = outside;
        return inside.Build();
    }

    void Assign(Target target, object? value, Scope scope)
    {
        switch (target)
        {
            case NameTarget name:
                scope.Set(name.Name, value);
                break;
            case AttributeTarget attribute:
                if (!scope.TryGet(attribute.Namespace, out var space) || space is not JinjaNamespace changed)
                    throw Fail($"{attribute.Namespace}.{attribute.Attribute} can be set only where {attribute.Namespace} is a namespace");
                Budget.Elements(1);
                changed.Attributes[attribute.Attribute] = value;
                break;
            case SeveralTargets several:
                var parts = Kinds.Elements(Budget, value);
                if (parts.Count != several.Items.Count)
                    throw Fail(FormattableString.Invariant($"{parts.Count} values cannot be set to {several.Items.Count} names"));
                for (var i = 0; i < parts.Count; i++)
                    Assign(several.Items[i], parts[i], scope);
                break;
        }
    }

    static JinjaFunction Macro(string name, MacroShape shape, Scope defined) => new(name, (run, arguments) => run.RunMacro(name, shape, defined, arguments));

    JinjaText RunMacro(string name, MacroShape shape, Scope defined, Arguments arguments)
    {
        var scope = new Scope(defined);
        var named = new Dictionary<string, object?>(arguments.Named);
        named.Remove("caller", out var caller);
        scope.Set("caller", caller ?? new Undefined("caller"));
        for (var i = 0; i < shape.Parameters.Count; i++)
        {
            var (parameter, otherwise) = shape.Parameters[i];
            var given = i < arguments.Items.Count ? arguments.Items[i] : named.Remove(parameter, out var value) ? value : Arguments.Missing;
            scope.Set(parameter, !ReferenceEquals(given, Arguments.Missing) ? given : otherwise is null ? new Undefined(parameter) : Evaluate(otherwise, scope));
        }
        var more = arguments.Items.Skip(shape.Parameters.Count).ToArray();
        if (more.Length > 0 && !shape.TakesMore)
            throw Fail(FormattableString.Invariant($"the macro {name} takes at most {shape.Parameters.Count} arguments"));
        if (named.Count > 0 && !shape.TakesMoreNamed)
            throw Fail($"the macro {name} has no argument {named.Keys.First()}");
        scope.Set("varargs", new JinjaList(more, isTuple: true));
        scope.Set("kwargs", new JinjaMap(named.Select(pair => new KeyValuePair<object?, object?>(JinjaText.OfTemplate(pair.Key), pair.Value))));
        return Capture(shape.Body, scope);
    }
}
