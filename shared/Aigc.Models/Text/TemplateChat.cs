using System.Text.Json;
using Aigc.Models.Templates;

namespace Aigc.Models.Text;

/// <summary>Conversations by a folder's own Jinja template.</summary>
internal sealed class TemplateChat(
    IReadOnlyDictionary<string, JinjaTemplate> templates, IReadOnlyDictionary<string, string> named, TextTokenizer tokenizer, TimeProvider time)
{
    const long FewTurns = 500_000;

    // Templates write '<|' + role + '|>': a role has to count as theirs. That is safe for these, and for no word that a sender could choose freely.
    static readonly string[] Roles = ["system", "user", "assistant", "tool", "developer", "function", "ipython", "model", "environment", "tool_response", "tool_call", "control", "documents"];

    /// <summary>The text and who wrote which part of it.</summary>
    /// <exception cref="ArgumentException">There is no such template, or it refuses the conversation; the message says why.</exception>
    public JinjaText Write(ChatRequest request, long? work = null)
    {
        var name = request.Template ?? (request.Tools is not null && templates.ContainsKey("tool_use") ? "tool_use" : ChatTemplateFiles.Default);
        if (!templates.TryGetValue(name, out var template))
            throw new ArgumentException(templates.Count == 0
                ? "The model's folder has no chat template: send a plain prompt instead of messages."
                : $"The model's folder has no chat template \"{name}\", but {string.Join(", ", templates.Keys)}.", nameof(request));
        try
        {
            return template.Render(Variables(request), time.GetLocalNow(), work);
        }
        catch (TemplateException e) when (e.Raised)
        {
            throw new ArgumentException($"The model's chat template refuses this conversation: {e.Reason}", nameof(request), e);
        }
        catch (TemplateException e)
        {
            throw new ArgumentException($"The model's chat template cannot render this conversation: {e.Message}.", nameof(request), e);
        }
    }

    /// <summary>The characters of a conversation of a few turns; null where the template refuses or takes more work than that.</summary>
    public string? TryWrite(ChatRequest request)
    {
        try
        {
            return Write(request, FewTurns).Value;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The ids of it: a spelling is a token only where the template wrote every character of it.</summary>
    public IReadOnlyList<int> Render(ChatRequest request)
    {
        var text = Write(request);
        return tokenizer.EncodeWithSpecial(text.Value, text.IsOfTemplate);
    }

    Dictionary<string, object?> Variables(ChatRequest request)
    {
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in request.Variables)
            variables[name] = JsonValues.Read(value);
        foreach (var (name, token) in named)
            variables[name] = JinjaText.OfTemplate(token);
        variables["messages"] = new JinjaList([.. request.Messages.Select(Message)]);
        variables["tools"] = request.Tools is { } tools ? new JinjaList([.. tools.Select(JsonValues.Read)]) : null;
        variables["add_generation_prompt"] = request.AddGenerationPrompt;
        variables.TryAdd("documents", null);
        return variables;
    }

    static object? Message(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String)
            throw new ArgumentException("A turn is an object with a role.", nameof(message));
        var known = Roles.Contains(role.GetString());
        return new JinjaMap(message.EnumerateObject().Select(property => new KeyValuePair<object?, object?>(
            JinjaText.OfData(property.Name), known && property.NameEquals("role") ? JinjaText.OfTemplate(role.GetString()!) : JsonValues.Read(property.Value))));
    }
}
