using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>Calls of tools as bytes: a special token of the syntax is one byte that no text has.</summary>
internal sealed record CallGrammar
{
    // Ids are of the kind that the strictest templates take.
    private const string IdPattern = "^[a-zA-Z0-9]{9}$";

    public required byte[] Opening { get; init; }

    public required IReadOnlyList<Models.Text.Tools.ToolCallHole> Holes { get; init; }

    public required IReadOnlyList<byte[]> Between { get; init; }

    public required byte[] Closing { get; init; }

    /// <summary>Null for a single call.</summary>
    public byte[]? Next { get; init; }

    /// <summary>Names and schemas of the functions that may be called.</summary>
    public required IReadOnlyList<(string Name, string Schema)> Tools { get; init; }

    /// <summary>Compiles it; a schema that is not strict and cannot be enforced becomes any object.</summary>
    /// <param name="usable">Bytes that are a token by themselves.</param>
    /// <param name="ends">The model has a token that ends an answer.</param>
    /// <exception cref="SchemaException">It cannot be enforced.</exception>
    public RootRule Build(bool[] usable, bool ends)
    {
        var (budget, calls) = (new Budget(), new Value());
        var id = new Value();
        if (Holes.Contains(Models.Text.Tools.ToolCallHole.Id))
            id.Rules.Add(new DfaRule(Pattern.Build(IdPattern, new("", default), budget), usable));
        foreach (var rule in id.Rules)
            rule.Shorten();
        foreach (var (name, schema) in Tools)
        {
            var arguments = GrammarBuilder.Arguments(schema, usable, budget);
            var rule = new SequenceRule(Parts(System.Text.Encoding.UTF8.GetBytes(name), arguments, id), usable);
            rule.Shorten();
            calls.Rules.Add(rule);
        }
        var all = new CallsRule(Opening, calls, Next, Closing, usable);
        all.Shorten();
        if (!all.Least.Exists)
            throw new SchemaException("", "this model has no tokens to write its calls with; leave the tools out");
        if (all.EndsUnseen && !ends)
            throw new SchemaException("", "this model has no ending token, so its calls have no end; leave the tools out");
        var root = new Value();
        root.Rules.Add(all);
        return new(root, all.EndsUnseen ? 1 : 0);
    }

    private IEnumerable<(byte[]? Literal, Value? Value)> Parts(byte[] name, Value arguments, Value id)
    {
        for (var hole = 0; hole < Holes.Count; hole++)
        {
            if (hole > 0)
                yield return (Between[hole - 1], null);
            yield return Holes[hole] switch
            {
                Models.Text.Tools.ToolCallHole.Name => (name, null),
                Models.Text.Tools.ToolCallHole.Arguments => (null, arguments),
                _ => (null, id),
            };
        }
    }
}
