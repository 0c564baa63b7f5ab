using System.Text.Json;

namespace Aigc.Models.Templates;

/// <summary>The chat templates of a model folder by name; the one that is meant without a name is <c>default</c>.</summary>
internal static class ChatTemplateFiles
{
    public const string Default = "default";
    const string TextFile = "chat_template.jinja";
    const string JsonFile = "chat_template.json";

    /// <summary>Reads <c>chat_template.jinja</c>, else <c>chat_template.json</c>, else <c>chat_template</c> of <c>tokenizer_config.json</c>: the order in which transformers looks.</summary>
    /// <exception cref="FormatException">Names what is wrong.</exception>
    public static IReadOnlyDictionary<string, JinjaTemplate> Read(string directory, JsonElement configuration)
    {
        var templates = new Dictionary<string, JinjaTemplate>(StringComparer.Ordinal);
        if (Path.Combine(directory, TextFile) is var text && File.Exists(text))
            Add(templates, Default, Limited(text), TextFile);
        else if (Path.Combine(directory, JsonFile) is var json && File.Exists(json))
        {
            using var document = JsonDocument.Parse(Limited(json));
            AddAll(templates, document.RootElement, JsonFile);
        }
        else
            AddAll(templates, configuration, "tokenizer_config.json");
        return templates;
    }

    static string Limited(string file) => new FileInfo(file).Length <= 4L * new TemplateLimits().SourceLength
        ? File.ReadAllText(file)
        : throw new FormatException($"{Path.GetFileName(file)} is too large for a chat template");

    static void AddAll(Dictionary<string, JinjaTemplate> templates, JsonElement root, string file)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("chat_template", out var template))
            return;
        switch (template.ValueKind)
        {
            case JsonValueKind.String:
                Add(templates, Default, template.GetString()!, file);
                break;
            case JsonValueKind.Array:
                foreach (var named in template.EnumerateArray())
                {
                    if (named.ValueKind != JsonValueKind.Object || !named.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String
                        || !named.TryGetProperty("template", out var source) || source.ValueKind != JsonValueKind.String)
                        throw new FormatException($"chat_template in {file}: each of several templates needs name and template");
                    Add(templates, name.GetString()!, source.GetString()!, file);
                }
                break;
            case JsonValueKind.Null:
                break;
            default:
                throw new FormatException($"chat_template in {file} is neither a text nor a list");
        }
    }

    static void Add(Dictionary<string, JinjaTemplate> templates, string name, string source, string file)
    {
        try
        {
            templates[name] = JinjaTemplate.Read(source);
        }
        catch (TemplateException e)
        {
            throw new FormatException($"the chat template \"{name}\" in {file}, {e.Message}", e);
        }
    }
}
