using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Models.Text;

namespace Aigc.Inference.Serving;

/// <summary>A model folder's tokenizer, chat format and ending tokens, as the engine and the consumers ask for them.</summary>
internal sealed class FolderText(TextTokenizer tokenizer, ChatFormat? chat, IReadOnlySet<int> ends) : ITokenText, IPromptFormat
{
    public bool IsEnd(int token) => chat?.IsEnd(token) == true || ends.Contains(token);

    public ReadOnlySpan<byte> BytesOf(int token) => tokenizer.BytesOf(token);

    public int LeadingSpaces => tokenizer.LeadingSpaces;

    public IReadOnlyList<int> Render(string prompt) => chat is null ? tokenizer.Encode(prompt) : chat.RenderPrompt(prompt);

    /// <exception cref="ArgumentException">A role is not known, or the model has no chat format.</exception>
    public IReadOnlyList<int> Render(IReadOnlyList<ChatTurn> turns) =>
        chat?.Render(turns.Select(turn => new ChatMessage(turn.Role, turn.Content)))
        ?? throw new ArgumentException("This model has no chat format: send a prompt instead of messages.");
}
