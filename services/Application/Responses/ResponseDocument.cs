using Aigc.Contracts.Inference;
using Aigc.Storage.Documents;

namespace Aigc.Application.Responses;

/// <summary>Where a response stands. The wire form is snake case.</summary>
public enum ResponseState
{
    /// <summary>In the background, and nobody is at it yet.</summary>
    Queued,

    /// <summary>At work.</summary>
    InProgress,

    /// <summary>The whole answer is there.</summary>
    Completed,

    /// <summary>The answer ended at its limit of tokens.</summary>
    Incomplete,

    /// <summary>There is no answer.</summary>
    Failed,

    /// <summary>Stopped on request.</summary>
    Cancelled,
}

/// <summary>
/// A response and everything its events are made of: the events of a stream are a function of this document, so that a stream can be
/// taken up again at any number. What clients wrote freely (metadata, formats) is kept as JSON text: its keys are no field names.
/// </summary>
public sealed class ResponseDocument : IDocument
{
    /// <summary><c>resp_</c> and the hexadecimal id of its generation.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    /// <summary>The person in Studio who asked, for the history of prompts; null for what programs ask.</summary>
    public string? By { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is forgotten.</summary>
    public DateTimeOffset Expires { get; set; }

    /// <summary>When the sweep looks after it next: until it has ended, and until its end has been announced.</summary>
    public DateTimeOffset? Due { get; set; }

    public ResponseState Status { get; set; }

    public required ResponseWishes Wishes { get; init; }

    /// <summary>Its own input, without the responses before it.</summary>
    public IReadOnlyList<ResponseItem> Input { get; init; } = [];

    /// <summary>Id of the message it answers with.</summary>
    public required string MessageId { get; init; }

    /// <summary>The answer, once it has ended.</summary>
    public string Text { get; set; } = "";

    /// <summary>The functions it calls, after its text.</summary>
    public IReadOnlyList<ToolCall> Calls { get; set; } = [];

    /// <summary>The answer in the pieces it was told in.</summary>
    public IReadOnlyList<ResponseDelta> Deltas { get; set; } = [];

    public DateTimeOffset? EndedAt { get; set; }

    public ResponseFault? Fault { get; set; }

    public ResponseTokens? Tokens { get; set; }

    public bool Ended => Status is not (ResponseState.Queued or ResponseState.InProgress);

    /// <summary>Its generation, which is also the job of one in the background.</summary>
    public Guid Generation => Guid.ParseExact(Id.AsSpan(Prefix.Length), "N");

    public const string Prefix = "resp_";

    public static string IdOf(Guid generation) => $"{Prefix}{generation:N}";
}

/// <summary>What was asked for, as it is told back.</summary>
public sealed record ResponseWishes
{
    public required string Model { get; init; }

    public string? Instructions { get; init; }

    public string? PreviousId { get; init; }

    public bool Background { get; init; }

    public bool Store { get; init; } = true;

    public int? MaxOutputTokens { get; init; }

    public double Temperature { get; init; }

    public double TopP { get; init; }

    public int TopLogprobs { get; init; }

    /// <summary>Log probabilities are part of the answer.</summary>
    public bool Logprobs { get; init; }

    public bool TruncateAuto { get; init; }

    /// <summary>JSON text of <c>text.format</c>.</summary>
    public string Format { get; init; } = """{"type":"text"}""";

    /// <summary>JSON text of <c>metadata</c>.</summary>
    public string Metadata { get; init; } = "{}";

    /// <summary>JSON text of <c>tools</c>.</summary>
    public string Tools { get; init; } = "[]";

    /// <summary>JSON text of <c>tool_choice</c>.</summary>
    public string ToolChoice { get; init; } = "\"auto\"";

    public bool ParallelToolCalls { get; init; } = true;

    public string? User { get; init; }

    public string? SafetyIdentifier { get; init; }

    public string? PromptCacheKey { get; init; }
}

/// <summary>One item of an input or an output: a message, a call of a function, or what came of one.</summary>
public sealed record ResponseItem
{
    public required string Id { get; init; }

    /// <summary>A row of <see cref="ItemTable"/>.</summary>
    public required string Type { get; init; }

    public string Role { get; init; } = "user";

    /// <summary>Of a message; or the output of a call.</summary>
    public IReadOnlyList<ItemPart> Parts { get; init; } = [];

    /// <summary>The call, of one and of its output.</summary>
    public string? CallId { get; init; }

    /// <summary>The function, of a call.</summary>
    public string? Name { get; init; }

    /// <summary>JSON text of the arguments, of a call.</summary>
    public string? Arguments { get; init; }
}

/// <summary>A part of a message: <c>input_text</c> or <c>output_text</c>.</summary>
public sealed record ItemPart(string Type, string Text);

/// <summary>A piece of the answer as it was told.</summary>
public sealed record ResponseDelta(string Text)
{
    public IReadOnlyList<TokenLogProbability> LogProbabilities { get; init; } = [];

    /// <summary>A piece of calls instead of text.</summary>
    public IReadOnlyList<ToolCallPiece> Calls { get; init; } = [];

    /// <summary>It is a piece of the text.</summary>
    public bool IsText => Calls.Count == 0;
}

/// <summary>Why there is no answer: one of OpenAI's codes, and a sentence.</summary>
public sealed record ResponseFault(string Code, string Message);

/// <summary>Tokens it took.</summary>
public sealed record ResponseTokens(int Input, int Cached, int Output);

/// <summary>
/// A piece of a background answer while it comes. The id is the place in the answer: whoever inserts it first has it, and the end of
/// the answer takes a place too, after which nothing comes.
/// </summary>
internal sealed class ResponsePiece : IDocument
{
    /// <summary><c>&lt;generation&gt;:&lt;number, padded&gt;</c>.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public string Text { get; init; } = "";

    /// <summary>Nothing comes after it, whatever arrives late.</summary>
    public bool End { get; init; }

    public DateTimeOffset Expires { get; init; }

    public static string IdOf(Guid generation, int number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{generation:N}:{number:D9}");
}
