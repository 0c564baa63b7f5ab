using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine.Constraints;
using Aigc.Inference.Engine.Constraints.Grammars;
using Aigc.Inference.Engine.Constraints.Schemas;
using Aigc.Models.Text.Tools;

namespace Aigc.Inference.Engine.Tools;

/// <summary>How one model calls tools.</summary>
/// <param name="syntax">As its template writes calls.</param>
/// <param name="tokens">Its tokens, those of the syntax coded.</param>
/// <param name="constraints">Compiles and keeps grammars.</param>
internal sealed class ModelTools(ToolCallSyntax syntax, CodedTokens tokens, ModelConstraints constraints)
{
    // What OpenAI takes a function without parameters for.
    private const string NoParameters = """{"type":"object","properties":{},"additionalProperties":false}""";

    private const string AnyObject = """{"type":"object"}""";

    private const int MostKnown = 32;
    private readonly Dictionary<string, CallGrammar> _known = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>What a request's answers may call, and how it is seen.</summary>
    /// <exception cref="GenerationFailedException">Names the tool whose schema cannot be enforced.</exception>
    public CallPlan Plan(IReadOnlyList<ToolSpec> tools, ToolChoice choice)
    {
        var key = Key(tools, choice);
        var forced = choice.Mode == "required";
        var grammar = Grammar(key, tools, choice, forced);
        try
        {
            _ = constraints.Calls(key, grammar); // compiled here, not by the generator
        }
        catch (SchemaException e)
        {
            throw new GenerationFailedException(Problems.Invalid("tools", e.Message));
        }
        var token = tokens.TokenOf(syntax.Marker);
        return new(grammar, tokens, () => constraints.Calls(key, grammar))
        {
            Forced = forced,
            Token = token,
            Marker = token < 0 ? syntax.Marker : "",
            Beginning = syntax.Marker.Length == 0 ? syntax.Opening : "",
        };
    }

    private CallGrammar Grammar(string key, IReadOnlyList<ToolSpec> tools, ToolChoice choice, bool forced)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(key, out var known))
                return known;
        }
        // In a text the marker has been read when the grammar begins; what a whole answer begins with has been read to its end.
        var marker = syntax.Marker;
        var rest = marker.Length > 0 ? syntax.Opening[(syntax.Opening.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..] : "";
        var grammar = new CallGrammar
        {
            Opening = tokens.Encode(forced ? syntax.Lead + syntax.Opening : rest),
            Holes = syntax.Holes,
            Between = [.. syntax.Between.Select(tokens.Encode)],
            Closing = tokens.Encode(syntax.Closing),
            Next = choice.Parallel && choice.Name is null && syntax.Next is { } next ? tokens.Encode(next) : null,
            Tools = [.. tools.Index().Where(tool => choice.Name is null || tool.Item.Name == choice.Name).Select(tool => (tool.Item.Name, Schema(tool.Item, tool.Index)))],
        };
        lock (_lock)
        {
            if (_known.Count >= MostKnown)
                _known.Clear();
            return _known[key] = grammar;
        }
    }

    /// <summary>The schema its arguments are held to.</summary>
    private string Schema(ToolSpec tool, int index)
    {
        if (tool.Parameters is not { } schema)
            return NoParameters;
        var place = FormattableString.Invariant($"tools[{index}].function.parameters");
        try
        {
            if (JsonNode.Parse(schema) is not JsonObject)
                throw new GenerationFailedException(Problems.Invalid(place, $"The parameters of {tool.Name} are a JSON schema, an object."));
            constraints.Check(schema);
            return schema;
        }
        catch (JsonException e)
        {
            throw new GenerationFailedException(Problems.Invalid(place, $"The parameters of {tool.Name} are not JSON: {e.Message}"));
        }
        catch (SchemaException) when (!tool.Strict)
        {
            return AnyObject;
        }
        catch (SchemaException e)
        {
            throw new GenerationFailedException(Problems.Invalid(place, $"{e.Message} Leave strict out to let {tool.Name} be called with any object."));
        }
    }

    // No schema begins so: a schema is JSON.
    private static string Key(IReadOnlyList<ToolSpec> tools, ToolChoice choice)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add($"{choice.Mode} {choice.Parallel} {choice.Name}");
        foreach (var tool in tools)
        {
            Add(tool.Name);
            Add(tool.Strict ? "strict" : "");
            Add(tool.Parameters ?? "none");
        }
        return "calls " + Convert.ToHexString(hash.GetHashAndReset());

        void Add(string text)
        {
            hash.AppendData(BitConverter.GetBytes(text.Length));
            hash.AppendData(Encoding.UTF8.GetBytes(text));
        }
    }
}
