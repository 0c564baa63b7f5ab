using Aigc.Contracts.Inference;
using Aigc.Inference.Engine.Constraints.Grammars;
using Aigc.Inference.Engine.Constraints.Masks;
using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints;

/// <summary>Constraints of one model: its tokens as a tree, made when first needed, and the schemas used last, compiled.</summary>
/// <param name="text">The tokens.</param>
/// <param name="size">How many there are.</param>
internal sealed class ModelConstraints(ITokenText text, int size) : ITokenConstraints
{
    private const string Structure = "{}[]\",:";
    private readonly Lazy<TokenTrie> _trie = new(() => TokenTrie.Of(text, size));
    private readonly Dictionary<string, LinkedListNode<Kept>> _known = new(StringComparer.Ordinal);
    private readonly LinkedList<Kept> _latest = [];
    private readonly Lock _lock = new();

    public ITokenConstraint? For(AnswerFormat format)
    {
        try
        {
            return format.Type switch
            {
                "json_object" => new JsonConstraint(Machine("", (usable, ends) => GrammarBuilder.Build("{}", objectsAlone: true, usable, ends)), text),
                "json_schema" => new JsonConstraint(Machine(format.Schema!, (usable, ends) => GrammarBuilder.Build(format.Schema!, objectsAlone: false, usable, ends)), text),
                _ => null,
            };
        }
        catch (SchemaException e)
        {
            throw new GenerationFailedException(Problems.Invalid("response_format", e.Message));
        }
    }

    /// <summary>Whether the arguments of a call can be held to a schema.</summary>
    /// <exception cref="SchemaException">They cannot.</exception>
    public void Check(string schema) => GrammarBuilder.Arguments(schema, _trie.Value.Alone, new Budget());

    /// <summary>One answer's way through calls of tools.</summary>
    /// <param name="key">The same for the same grammar, and no schema's text.</param>
    /// <param name="grammar">What is compiled where it is not known.</param>
    /// <exception cref="SchemaException">It cannot be enforced.</exception>
    public JsonConstraint Calls(string key, CallGrammar grammar) => new(Machine(key, grammar.Build), text);

    /// <summary>The machine of a key; compiled where it is not known. Others wait for the same one alone.</summary>
    private Machine Machine(string key, Func<bool[], bool, RootRule> grammar)
    {
        Kept kept;
        lock (_lock)
        {
            if (_known.TryGetValue(key, out var node))
                _latest.Remove(node);
            else
                _known.Add(key, node = new(new(key, new(() => Compile(grammar)))));
            _latest.AddFirst(node);
            kept = node.Value;
            Forget();
        }
        try
        {
            return kept.Machine.Value;
        }
        catch (SchemaException)
        {
            lock (_lock)
            {
                if (_known.TryGetValue(key, out var node) && ReferenceEquals(node.Value, kept))
                    Drop(node);
            }
            throw;
        }
    }

    // The one just asked for stays, whatever it takes: it bounds itself.
    private void Forget()
    {
        var bytes = _latest.Sum(entry => entry.Bytes);
        while (_latest.Count > 1 && (_latest.Count > ConstraintLimits.KeptSchemas || bytes > ConstraintLimits.KeptBytes))
        {
            var last = _latest.Last!;
            bytes -= last.Value.Bytes;
            Drop(last);
        }
    }

    private void Drop(LinkedListNode<Kept> node)
    {
        _latest.Remove(node);
        _known.Remove(node.Value.Key);
    }

    private Machine Compile(Func<bool[], bool, RootRule> grammar)
    {
        var trie = _trie.Value;
        foreach (var character in Structure)
        {
            if (!trie.Alone[character])
                throw new SchemaException("", $"this model has no token for '{character}' alone, which JSON needs; choose another model or leave response_format and tools out");
        }
        return new(grammar(trie.Alone, trie.Ends.Length > 0), trie);
    }

    private sealed record Kept(string Key, Lazy<Machine> Machine)
    {
        public long Bytes => Machine.IsValueCreated ? Machine.Value.Bytes + (Key.Length * 2L) : 0;
    }
}
