namespace Aigc.Models.Templates;

/// <summary>What values are called, whether they count as true, and what there is to go through in them.</summary>
internal static class Kinds
{
    /// <summary>For messages.</summary>
    public static string Name(object? value) => value switch
    {
        null => "none",
        bool => "a truth value",
        long => "an integer",
        double => "a number",
        JinjaText => "a text",
        JinjaList { IsTuple: true } => "a tuple",
        JinjaList => "a list",
        JinjaMap => "a mapping",
        JinjaNamespace => "a namespace",
        Undefined undefined => $"\"{undefined.Name}\", which is undefined,",
        JinjaFunction function => $"the function {function.Name}",
        _ => "a loop",
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool b => b,
        long n => n != 0,
        double d => d != 0,
        JinjaText text => text.Value.Length > 0,
        JinjaList list => list.IsLazy || list.Items.Count > 0,
        JinjaMap map => map.Entries.Count > 0,
        _ => true,
    };

    /// <summary>Elements of a list, keys of a mapping, characters of a text.</summary>
    /// <exception cref="TemplateException">There is nothing to go through.</exception>
    public static IReadOnlyList<object?> Elements(Budget budget, object? value)
    {
        switch (value)
        {
            case JinjaList list:
                return list.Items;
            case JinjaMap map:
                budget.Elements(map.Entries.Count);
                return [.. map.Entries.Select(entry => entry.Key)];
            case JinjaText text:
                budget.Elements(text.Count);
                var characters = new object?[text.Count];
                for (var i = 0; i < characters.Length; i++)
                    characters[i] = text.At(i);
                return characters;
            case Undefined:
                return [];
            default:
                throw budget.Fail($"{Name(value)} cannot be gone through");
        }
    }
}
