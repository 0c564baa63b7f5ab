using System.Text.Json;

namespace Aigc.Provenance.Labels;

/// <summary>Something in a label that the standard does not allow.</summary>
/// <param name="Code">Stable, snake-case code.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record LabelIssue(string Code, string Message);

/// <summary>What a lenient reader made of a label.</summary>
/// <param name="Label">The label as meant, or null when nothing of it could be read.</param>
/// <param name="Issues">What is off; empty for a label a strict writer wrote.</param>
public sealed record LabelReading(AigcLabel? Label, IReadOnlyList<LabelIssue> Issues);

/// <summary>Lenient: accepts what others write by mistake (a misspelt key, <c>Label: AIGC</c>, numbers for strings), and says so.</summary>
public static class LabelReader
{
    private const int MaxDepth = 8;

    private static readonly Dictionary<string, string> Misspellings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ReserveCode1"] = nameof(AigcLabel.ReservedCode1),
        ["ReserveCode2"] = nameof(AigcLabel.ReservedCode2),
        ["ReservedCode"] = nameof(AigcLabel.ReservedCode1),
        ["ProducerID"] = nameof(AigcLabel.ProduceID),
        ["PropagatorID"] = nameof(AigcLabel.PropagateID),
        ["Producer"] = nameof(AigcLabel.ContentProducer),
        ["Propagator"] = nameof(AigcLabel.ContentPropagator),
    };

    /// <summary>Reads the inner object, or the whole <c>{"AIGC":…}</c> object, from JSON text.</summary>
    public static LabelReading ReadJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = MaxDepth, AllowTrailingCommas = true });
            return ReadElement(document.RootElement);
        }
        catch (JsonException)
        {
            return new(null, [new("label_unreadable", "The AIGC label is not JSON.")]);
        }
    }

    /// <summary>Reads the inner object, or the whole <c>{"AIGC":…}</c> object.</summary>
    public static LabelReading ReadElement(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(AigcLabel.Key, out var inner))
            element = inner;
        // Some writers put the inner object in as a string of JSON.
        if (element.ValueKind == JsonValueKind.String && element.GetString() is { } nested && nested.TrimStart().StartsWith('{'))
            return ReadJson(nested);
        if (element.ValueKind != JsonValueKind.Object)
            return new(null, [new("label_unreadable", "The AIGC label is not an object.")]);
        var issues = new List<LabelIssue>();
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.String)
            {
                fields.Add(new(property.Name, property.Value.GetString()!));
                continue;
            }

            issues.Add(new("value_not_string", $"{property.Name} is not a string."));
            if (property.Value.ValueKind == JsonValueKind.Number)
                fields.Add(new(property.Name, property.Value.GetRawText()));
        }

        return Read(fields, issues);
    }

    /// <summary>Reads fields that a format carries one by one.</summary>
    public static LabelReading Read(IEnumerable<KeyValuePair<string, string>> fields) => Read(fields, []);

    private static LabelReading Read(IEnumerable<KeyValuePair<string, string>> fields, List<LabelIssue> issues)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            if (NameOf(name, issues) is not { } known)
                continue;
            if (!found.TryAdd(known, value))
                issues.Add(new("key_repeated", $"{known} is there more than once; the first counts."));
        }

        foreach (var name in AigcLabel.FieldNames.Where(name => !found.ContainsKey(name)))
            issues.Add(new("key_missing", $"{name} is missing."));
        if (found.Count == 0)
            return new(null, [.. issues, new("label_unreadable", "The AIGC label has none of the standard's fields.")]);

        return new(new()
        {
            Label = LevelOf(found.GetValueOrDefault(nameof(AigcLabel.Label), ""), issues),
            ContentProducer = Required(nameof(AigcLabel.ContentProducer)),
            ProduceID = Required(nameof(AigcLabel.ProduceID)),
            ReservedCode1 = found.GetValueOrDefault(nameof(AigcLabel.ReservedCode1), ""),
            ContentPropagator = found.GetValueOrDefault(nameof(AigcLabel.ContentPropagator), ""),
            PropagateID = found.GetValueOrDefault(nameof(AigcLabel.PropagateID), ""),
            ReservedCode2 = found.GetValueOrDefault(nameof(AigcLabel.ReservedCode2), ""),
        }, issues);

        string Required(string name)
        {
            var value = found.GetValueOrDefault(name, "");
            if (found.ContainsKey(name) && string.IsNullOrWhiteSpace(value))
                issues.Add(new("value_empty", $"{name} is empty."));
            return value;
        }
    }

    private static string? NameOf(string name, List<LabelIssue> issues)
    {
        if (AigcLabel.FieldNames.Contains(name))
            return name;
        var meant = Misspellings.GetValueOrDefault(name)
            ?? AigcLabel.FieldNames.FirstOrDefault(field => field.Equals(name, StringComparison.OrdinalIgnoreCase));
        issues.Add(meant is null
            ? new("key_unknown", $"{Shorten(name)} is not a field of the label.")
            : new("key_misspelt", $"{name} is meant to be {meant}."));
        return meant;
    }

    private static string LevelOf(string value, List<LabelIssue> issues)
    {
        if (value is "1" or "2" or "3")
            return value;
        issues.Add(new("label_value", $"Label is \"{Shorten(value)}\" and must be \"1\", \"2\" or \"3\"."));
        // Whoever writes Label: AIGC or true claims that an AI made it.
        return value.Trim().ToUpperInvariant() is "AIGC" or "AI" or "TRUE" or "YES" ? AigcLabel.Generated : value;
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
