using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Models.Folders;
using Aigc.Models.Text;

namespace Aigc.Inference.Serving;

/// <summary>A model folder's tokenizer and chat format, as the engine and the consumers ask for them.</summary>
internal sealed class FolderText(ModelFolder folder) : ITokenText, IPromptFormat
{
    public bool IsEnd(int token) => folder.Chat.IsEnd(token);

    public ReadOnlySpan<byte> BytesOf(int token) => folder.Tokenizer.BytesOf(token);

    public IReadOnlyList<int> Render(string prompt) => folder.Chat.RenderPrompt(prompt);

    public IReadOnlyList<int> Render(IReadOnlyList<ChatTurn> turns) =>
        folder.Chat.Render(turns.Select(turn => new ChatMessage(turn.Role, turn.Content)));
}
