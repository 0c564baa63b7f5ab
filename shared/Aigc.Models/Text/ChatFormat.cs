using System.Text.Json;
using Aigc.Models.Templates;
using Aigc.Models.Text.Tools;

namespace Aigc.Models.Text;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>; a template may know more.</param>
/// <param name="Content">Text; whatever it spells, it stays text.</param>
public readonly record struct ChatMessage(string Role, string Content);

/// <summary>
/// Renders conversations and plain prompts as the token ids a model was trained on: by the <c>turns</c> format where the folder names it, else by the
/// folder's own chat template. Special tokens come from the format or template alone.
/// </summary>
public sealed class ChatFormat
{
    /// <summary>Name of our own format: every turn is its role's token, its text and <c>&lt;|end|&gt;</c>.</summary>
    public const string Turns = "turns";

    /// <summary>The same as a Jinja template, for other readers of the folder.</summary>
    public const string JinjaTemplate =
        "{{ '<|bos|>' }}{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

    readonly TextTokenizer tokenizer;
    readonly int[] begin;
    readonly TemplateChat? template;
    readonly Lazy<ToolFormat> tools;

    /// <summary>The <c>turns</c> format over a tokenizer that has its tokens.</summary>
    /// <exception cref="FormatException">The tokenizer lacks a token of the format.</exception>
    public ChatFormat(TextTokenizer tokenizer)
    {
        this.tokenizer = tokenizer;
        tools = new(new ToolFormat(null, "has no place for tools"));
        begin = [tokenizer.Special(SpecialTokens.Bos)];
        Ends = [tokenizer.Special(SpecialTokens.End)];
        foreach (var role in (string[])["user", "assistant", "system"])
            RoleToken(role);
    }

    ChatFormat(TextTokenizer tokenizer, int[] begin, IReadOnlyList<int> ends, TemplateChat template)
    {
        (this.tokenizer, this.begin, Ends, this.template) = (tokenizer, begin, ends, template);
        tools = new(() => new ToolSyntaxReader(template.TryWrite, [.. tokenizer.SpecialIds.Keys], [.. tokenizer.SpecialIds.Where(token => ends.Contains(token.Value)).Select(token => token.Key)]).Read());
    }

    /// <summary>The tokens that end an answer; empty where the folder names none.</summary>
    public IReadOnlyList<int> Ends { get; }

    /// <summary>The first of <see cref="Ends"/>; −1 where there is none.</summary>
    public int End => Ends.Count > 0 ? Ends[0] : -1;

    /// <summary>How calls of tools are written; found out by rendering when first asked for.</summary>
    public ToolFormat Tools => tools.Value;

    /// <summary>True when the token ends an answer.</summary>
    public bool IsEnd(int token) => Ends.Contains(token);

    /// <summary>Reads what a folder says: its format's name, or its template, the tokens it names and those that end an answer.</summary>
    /// <exception cref="FormatException">The format's name is not known, the template cannot be read, or a file has another shape.</exception>
    public static ChatFormat Load(string directory, TextTokenizer tokenizer, TimeProvider? time = null)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "tokenizer_config.json")));
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw new FormatException("the file is not an object");
        if (root.TryGetProperty("chat_format", out var format))
            return format.ValueKind == JsonValueKind.String && format.ValueEquals(Turns)
                ? new ChatFormat(tokenizer)
                : throw new FormatException($"chat_format {format.GetRawText()} is not known");

        var named = NamedTokens.Read(root);
        var template = new TemplateChat(ChatTemplateFiles.Read(directory, root), named, tokenizer, time ?? TimeProvider.System);
        return new(tokenizer, NamedTokens.Begin(root, named, tokenizer), EndTokens.Read(directory, named.GetValueOrDefault("eos_token"), tokenizer), template);
    }

    /// <summary>A conversation up to the place where the model answers.</summary>
    /// <exception cref="ArgumentException">A role is not known, the folder has no template, or the template refuses the conversation.</exception>
    public IReadOnlyList<int> Render(IEnumerable<ChatMessage> messages)
    {
        if (template is not null)
            return template.Render(new() { Messages = [.. messages.Select(message => JsonSerializer.SerializeToElement(new { role = message.Role, content = message.Content }))] });
        var ids = new List<int>(begin);
        foreach (var message in messages)
        {
            ids.Add(RoleToken(message.Role));
            ids.AddRange(tokenizer.Encode(message.Content));
            ids.Add(End);
        }

        ids.Add(RoleToken("assistant"));
        return ids;
    }

    /// <summary>A conversation with tools and further names for the template. The <c>turns</c> format knows neither.</summary>
    /// <exception cref="ArgumentException">As above, or the format knows no tools.</exception>
    public IReadOnlyList<int> Render(ChatRequest request)
    {
        if (template is not null)
            return template.Render(request);
        if (request.Tools is not null || !request.AddGenerationPrompt)
            throw new ArgumentException("This model's format has turns of text alone, without tools.", nameof(request));
        return Render(request.Messages.Select(Turn));
    }

    /// <summary>A text to be continued.</summary>
    public IReadOnlyList<int> RenderPrompt(string text) => [.. begin, .. tokenizer.Encode(text)];

    /// <summary>A whole document, as in training.</summary>
    public IReadOnlyList<int> RenderDocument(string text) => Ends.Count > 0 ? [.. begin, .. tokenizer.Encode(text), End] : [.. begin, .. tokenizer.Encode(text)];

    static ChatMessage Turn(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String
        && message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String
            ? new(role.GetString()!, content.GetString()!)
            : throw new ArgumentException("A turn has a role and a text.", nameof(message));

    int RoleToken(string role) => role switch
    {
        "user" => tokenizer.Special(SpecialTokens.User),
        "assistant" => tokenizer.Special(SpecialTokens.Assistant),
        "system" => tokenizer.Special(SpecialTokens.System),
        _ => throw new ArgumentException($"A turn's role is system, user or assistant, not \"{role}\".", nameof(role)),
    };
}
