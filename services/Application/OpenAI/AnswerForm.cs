using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.OpenAI;

/// <summary>How one endpoint spells its answers and chunks.</summary>
internal abstract class AnswerForm(TextRequest request, string id, long created, string model, string fingerprint)
{
    protected TextRequest Request { get; } = request;

    protected string Id { get; } = id;

    protected long Created { get; } = created;

    protected string Model { get; } = model;

    protected string Fingerprint { get; } = fingerprint;

    /// <summary>The form of an endpoint for one request.</summary>
    public static AnswerForm Of(bool chat, TextRequest request, RegisteredModel model, DateTimeOffset now)
    {
        var (created, fingerprint) = (now.ToUnixTimeSeconds(), $"fp_{model.Model.Folder.Digest[..10]}");
        return chat ? new ChatForm(request, created, request.Model, fingerprint) : new CompletionForm(request, created, request.Model, fingerprint);
    }

    /// <summary>The whole answer.</summary>
    public abstract object Whole(TextGenerated final);

    /// <summary>The chunk that opens the stream of one of the answers; null for none.</summary>
    public abstract object? First(int answer);

    /// <summary>The chunks of a piece that is not empty.</summary>
    public abstract IEnumerable<object> Pieces(AnswerPiece piece);

    /// <summary>The chunk that says why one of the answers ended.</summary>
    public abstract object Last(int answer, string finishReason);

    /// <summary>The chunk with the usage and nothing else.</summary>
    public abstract object Usage(TextGenerated final);

    protected static UsageCount Count(TextGenerated final) => UsageCount.Of(final.PromptTokens, final.CachedPromptTokens, final.CompletionTokens);
}

internal sealed class ChatForm(TextRequest request, long created, string model, string fingerprint)
    : AnswerForm(request, $"chatcmpl-{Guid.NewGuid():N}", created, model, fingerprint)
{
    private const string Tier = "default";

    public override object Whole(TextGenerated final) =>
        new ChatCompletion(Id, "chat.completion", Created, Model, [.. TextAnswers.Of(final).Select(Choice)], Count(final), Tier, Fingerprint);

    // An answer that may be calls alone has no text, not an empty one.
    public override object? First(int answer) => Chunk([new ChunkChoice(answer, new ChunkDelta("assistant", Request.Tools.Count == 0 ? "" : null), null, null)]);

    public override IEnumerable<object> Pieces(AnswerPiece piece)
    {
        if (piece.HasText)
        {
            yield return Chunk([new ChunkChoice(piece.Answer, new ChunkDelta(Content: piece.Text), ChatLogprobs.Of(Request.Sampling, piece.LogProbabilities), null)]);
        }

        if (piece.ToolCalls.Count > 0)
        {
            yield return Chunk([new ChunkChoice(piece.Answer, new ChunkDelta(ToolCalls: ChunkToolCall.Of(piece.ToolCalls)), null, null)]);
        }
    }

    public override object Last(int answer, string finishReason) => Chunk([new ChunkChoice(answer, new ChunkDelta(), null, Reason(finishReason))]);

    public override object Usage(TextGenerated final) => Chunk([], Count(final));

    private ChatChoice Choice(TextAnswer answer, int index) =>
        new(index, new ChatMessage("assistant", answer.ToolCalls.Count > 0 && answer.Text.Length == 0 ? null : answer.Text, null, [], ChatToolCall.Of(answer.ToolCalls)), ChatLogprobs.Of(Request.Sampling, answer.LogProbabilities), Reason(answer.FinishReason));

    // As OpenAI has it: an answer that had to call the one function stops, it does not ask for a call. https://platform.openai.com/docs/guides/function-calling
    private string Reason(string finish) => finish == "tool_calls" && Request.ToolChoice.Name is not null ? "stop" : finish;

    private ChatChunk Chunk(IReadOnlyList<ChunkChoice> choices, UsageCount? usage = null) => Request.IncludeUsage
        ? new ChatChunkWithUsage(Id, "chat.completion.chunk", Created, Model, Tier, Fingerprint, choices, usage)
        : new ChatChunk(Id, "chat.completion.chunk", Created, Model, Tier, Fingerprint, choices);
}

internal sealed class CompletionForm(TextRequest request, long created, string model, string fingerprint)
    : AnswerForm(request, $"cmpl-{Guid.NewGuid():N}", created, model, fingerprint)
{
    private readonly int[] _offsets = new int[request.Sampling.Answers];

    public override object Whole(TextGenerated final) =>
        new TextCompletionWithUsage(Id, "text_completion", Created, Model, Fingerprint, [.. TextAnswers.Of(final).Select(Choice)], Count(final));

    public override object? First(int answer) => Request.Echo ? Chunk([new TextChoice(Request.Prompt!, answer, null, null)]) : null;

    public override IEnumerable<object> Pieces(AnswerPiece piece) =>
        [Chunk([new TextChoice(piece.Text, piece.Answer, TextLogprobs.Of(Request.Sampling, piece.LogProbabilities, ref _offsets[piece.Answer]), null)])];

    public override object Last(int answer, string finishReason) => Chunk([new TextChoice("", answer, null, finishReason)]);

    public override object Usage(TextGenerated final) => Chunk([], Count(final));

    private TextChoice Choice(TextAnswer answer, int index) => new(
        (Request.Echo ? Request.Prompt : "") + answer.Text, index, TextLogprobs.Of(Request.Sampling, answer.LogProbabilities, ref _offsets[index]), answer.FinishReason);

    private TextCompletion Chunk(IReadOnlyList<TextChoice> choices, UsageCount? usage = null) => Request.IncludeUsage
        ? new TextCompletionWithUsage(Id, "text_completion", Created, Model, Fingerprint, choices, usage)
        : new TextCompletion(Id, "text_completion", Created, Model, Fingerprint, choices);
}
