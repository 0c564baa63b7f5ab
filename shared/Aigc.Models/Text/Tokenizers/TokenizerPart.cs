using System.Text.Json;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>A piece of a <c>tokenizer.json</c> with its path, so that whatever is wrong in it is named.</summary>
internal readonly struct TokenizerPart(JsonElement element, string path)
{
    public string Path => path;

    public JsonValueKind Kind => element.ValueKind;

    /// <summary>True for a part that is absent or null.</summary>
    public bool IsNothing => element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>A member; absent ones are nothing.</summary>
    public TokenizerPart this[string name]
    {
        get
        {
            var inner = path.Length == 0 ? name : path + "." + name;
            if (element.ValueKind != JsonValueKind.Object)
                throw new FormatException((path.Length == 0 ? "the file" : path) + " is not an object");
            return new(element.TryGetProperty(name, out var value) ? value : default, inner);
        }
    }

    /// <summary>The part's <c>type</c>.</summary>
    public string Type => this["type"].Text();

    public string Text() => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Wrong("a string");

    public string Text(string name, string otherwise) => this[name] is { IsNothing: false } part ? part.Text() : otherwise;

    public bool Flag(string name, bool otherwise = false)
    {
        var part = this[name];
        return part.Kind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => part.IsNothing ? otherwise : throw part.Wrong("true or false"),
        };
    }

    public int Number() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) ? value : throw Wrong("a whole number");

    public double Real() => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Wrong("a number");

    /// <summary>The elements of an array; a long one costs no paths.</summary>
    public IEnumerable<TokenizerPart> Items()
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw Wrong("a list");
        return Walk(element, path);

        static IEnumerable<TokenizerPart> Walk(JsonElement list, string path)
        {
            foreach (var item in list.EnumerateArray())
                yield return new(item, path + "[]");
        }
    }

    /// <summary>Names and values of an object.</summary>
    public IEnumerable<(string Name, TokenizerPart Value)> Members()
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Wrong("an object");
        return Walk(element, path);

        static IEnumerable<(string, TokenizerPart)> Walk(JsonElement map, string path)
        {
            foreach (var member in map.EnumerateObject())
                yield return (member.Name, new(member.Value, path + "{}"));
        }
    }

    public FormatException Unsupported() => new($"{path} of type {Type} is not supported");

    public FormatException Wrong(string expected) => new(IsNothing ? $"{path} is missing" : $"{path} is not {expected}");
}
