using Aigc.Contracts.Inference;

namespace Aigc.Application.OpenAI;

/// <summary>How one endpoint spells its answers and chunks.</summary>
internal abstract class AnswerForm(TextRequest request, string id, long created, string model, string fingerprint)
{
    protected TextRequest Request { get; } = request;

    protected string Id { get; } = id;

    protected long Created { get; } = created;

    protected string Model { get; } = model;

    protected string Fingerprint { get; } = fingerprint;

    /// <summary>The whole answer.</summary>
    public abstract object Whole(TextGenerated final);

    /// <summary>The chunk that opens a stream; null for none.</summary>
    public abstract object? First();

    /// <summary>A piece.</summary>
    public abstract object Piece(string text);

    /// <summary>The chunk that says why the answer ended.</summary>
    public abstract object Last(string finishReason);

    /// <summary>The chunk with the usage and nothing else.</summary>
    public abstract object Usage(TextGenerated final);

    protected static UsageCount Count(TextGenerated final) => UsageCount.Of(final.PromptTokens, final.CompletionTokens);
}

internal sealed class ChatForm(TextRequest request, long created, string model, string fingerprint)
    : AnswerForm(request, $"chatcmpl-{Guid.NewGuid():N}", created, model, fingerprint)
{
    private const string Tier = "default";

    public override object Whole(TextGenerated final) => new ChatCompletion(
        Id, "chat.completion", Created, Model, [new ChatChoice(0, new ChatMessage("assistant", final.Text, null, []), null, final.FinishReason)], Count(final), Tier, Fingerprint);

    public override object? First() => Chunk([new ChunkChoice(0, new ChunkDelta("assistant", ""), null, null)]);

    public override object Piece(string text) => Chunk([new ChunkChoice(0, new ChunkDelta(Content: text), null, null)]);

    public override object Last(string finishReason) => Chunk([new ChunkChoice(0, new ChunkDelta(), null, finishReason)]);

    public override object Usage(TextGenerated final) => Chunk([], Count(final));

    private ChatChunk Chunk(IReadOnlyList<ChunkChoice> choices, UsageCount? usage = null) => Request.IncludeUsage
        ? new ChatChunkWithUsage(Id, "chat.completion.chunk", Created, Model, Tier, Fingerprint, choices, usage)
        : new ChatChunk(Id, "chat.completion.chunk", Created, Model, Tier, Fingerprint, choices);
}

internal sealed class CompletionForm(TextRequest request, long created, string model, string fingerprint)
    : AnswerForm(request, $"cmpl-{Guid.NewGuid():N}", created, model, fingerprint)
{
    public override object Whole(TextGenerated final) => new TextCompletionWithUsage(
        Id, "text_completion", Created, Model, Fingerprint, [new TextChoice((Request.Echo ? Request.Prompt : "") + final.Text, 0, null, final.FinishReason)], Count(final));

    public override object? First() => Request.Echo ? Piece(Request.Prompt!) : null;

    public override object Piece(string text) => Chunk([new TextChoice(text, 0, null, null)]);

    public override object Last(string finishReason) => Chunk([new TextChoice("", 0, null, finishReason)]);

    public override object Usage(TextGenerated final) => Chunk([], Count(final));

    private TextCompletion Chunk(IReadOnlyList<TextChoice> choices, UsageCount? usage = null) => Request.IncludeUsage
        ? new TextCompletionWithUsage(Id, "text_completion", Created, Model, Fingerprint, choices, usage)
        : new TextCompletion(Id, "text_completion", Created, Model, Fingerprint, choices);
}
