namespace Aigc.Architecture.Tests.Wire;

/// <summary>What changed between two shapes of the wire.</summary>
internal sealed record WireChanges(IReadOnlyList<string> Breaking, IReadOnlyList<string> Additive)
{
    private const string Required = " required";

    public static WireChanges Between(string before, string now)
    {
        var (old, current) = (Parse(before), Parse(now));
        var (breaking, additive) = (new List<string>(), new List<string>());
        breaking.AddRange(old.Keys.Except(current.Keys).Select(type => $"{type} is gone"));
        additive.AddRange(current.Keys.Except(old.Keys).Select(type => $"{type} is new"));
        foreach (var type in old.Keys.Intersect(current.Keys))
        {
            Compare(type, old[type], current[type], breaking, additive);
        }

        return new WireChanges(breaking, additive);
    }

    private static void Compare(string type, HashSet<string> old, HashSet<string> current, List<string> breaking, List<string> additive)
    {
        foreach (var line in old.Except(current))
        {
            // No longer required, or newly so, is the same property still.
            if (line.EndsWith(Required, StringComparison.Ordinal) && current.Contains(line[..^Required.Length]))
            {
                additive.Add($"{type}: '{line}' need not be there any more");
            }
            else if (!current.Contains(line + Required))
            {
                breaking.Add($"{type}: '{line}' is gone");
            }
        }

        foreach (var line in current.Except(old).Where(line => !old.Contains(line + Required)))
        {
            if (line.EndsWith(Required, StringComparison.Ordinal))
            {
                breaking.Add($"{type}: '{line.Split(':')[0]}' is required and was not there before");
            }
            else
            {
                additive.Add($"{type}: '{line}' is new");
            }
        }
    }

    private static Dictionary<string, HashSet<string>> Parse(string text)
    {
        var types = new Dictionary<string, HashSet<string>>();
        HashSet<string>? properties = null;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                properties!.Add(line.Trim());
            }
            else
            {
                types[line] = properties = [];
            }
        }

        return types;
    }
}
