using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Models.Text;
using Aigc.Models.Text.Tools;

namespace Aigc.Inference.Serving;

/// <summary>A model folder's tokenizer, chat format and ending tokens, as the engine and the consumers ask for them.</summary>
internal sealed class FolderText(TextTokenizer tokenizer, ChatFormat? chat, IReadOnlySet<int> ends) : ITokenText, IPromptFormat
{
    public bool IsEnd(int token) => chat?.IsEnd(token) == true || ends.Contains(token);

    public ReadOnlySpan<byte> BytesOf(int token) => tokenizer.BytesOf(token);

    public int LeadingSpaces => tokenizer.LeadingSpaces;

    public IReadOnlyList<int> Render(string prompt) => chat is null ? tokenizer.Encode(prompt) : chat.RenderPrompt(prompt);

    public ToolFormat Tools => chat?.Tools ?? new(null, "does not exist, so it has no place for tools");

    /// <exception cref="ArgumentException">A role is not known, the model has no chat format, or its template has no place for tools.</exception>
    public IReadOnlyList<int> Render(IReadOnlyList<ChatTurn> turns, IReadOnlyList<ToolSpec>? tools = null)
    {
        if (chat is null)
            throw new ArgumentException("This model has no chat format: send a prompt instead of messages.", nameof(turns));
        if (tools is null && !ToolTurns.Any(turns))
            return chat.Render(turns.Select(turn => new ChatMessage(turn.Role, turn.Content)));
        return Tools.Syntax is { } syntax
            ? chat.Render(ToolTurns.Request(turns, tools ?? [], syntax))
            : throw new ArgumentException($"The chat template of this model {Tools.Refusal}; leave calls and messages of tools out.", nameof(turns));
    }
}
