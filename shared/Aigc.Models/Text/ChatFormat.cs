using System.Text.Json;

namespace Aigc.Models.Text;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">Text; whatever it spells, it stays text.</param>
public readonly record struct ChatMessage(string Role, string Content);

/// <summary>Renders conversations and plain prompts as the token ids a model was trained on, by the format its own folder names.</summary>
public sealed class ChatFormat
{
    /// <summary>Name of the only format known so far: every turn is its role's token, its text and <c>&lt;|end|&gt;</c>.</summary>
    public const string Turns = "turns";

    /// <summary>The same as a Jinja template, for other readers of the folder.</summary>
    public const string JinjaTemplate =
        "{{ '<|bos|>' }}{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

    readonly TextTokenizer tokenizer;
    readonly int bos;

    /// <summary>The <c>turns</c> format over a tokenizer that has its tokens.</summary>
    /// <exception cref="FormatException">The tokenizer lacks a token of the format.</exception>
    public ChatFormat(TextTokenizer tokenizer)
    {
        this.tokenizer = tokenizer;
        bos = tokenizer.Special(SpecialTokens.Bos);
        End = tokenizer.Special(SpecialTokens.End);
        foreach (var role in (string[])["user", "assistant", "system"])
            RoleToken(role);
    }

    /// <summary>The token that ends an answer.</summary>
    public int End { get; }

    /// <summary>Reads the format's name from a folder's <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="FormatException">The folder names no format, or one that is not known.</exception>
    public static ChatFormat Load(string directory, TextTokenizer tokenizer)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "tokenizer_config.json")));
        var name = document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("chat_format", out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
        return name == Turns
            ? new ChatFormat(tokenizer)
            : throw new FormatException(name is null ? "chat_format is missing" : $"chat_format \"{name}\" is not known");
    }

    /// <summary>A conversation up to the place where the model answers.</summary>
    /// <exception cref="ArgumentException">A role is not known.</exception>
    public IReadOnlyList<int> Render(IEnumerable<ChatMessage> messages)
    {
        var ids = new List<int> { bos };
        foreach (var message in messages)
        {
            ids.Add(RoleToken(message.Role));
            ids.AddRange(tokenizer.Encode(message.Content));
            ids.Add(End);
        }

        ids.Add(RoleToken("assistant"));
        return ids;
    }

    /// <summary>A text to be continued.</summary>
    public IReadOnlyList<int> RenderPrompt(string text) => [bos, .. tokenizer.Encode(text)];

    /// <summary>A whole document, as in training.</summary>
    public IReadOnlyList<int> RenderDocument(string text) => [bos, .. tokenizer.Encode(text), End];

    int RoleToken(string role) => role switch
    {
        "user" => tokenizer.Special(SpecialTokens.User),
        "assistant" => tokenizer.Special(SpecialTokens.Assistant),
        "system" => tokenizer.Special(SpecialTokens.System),
        _ => throw new ArgumentException($"A turn's role is system, user or assistant, not \"{role}\".", nameof(role)),
    };
}
