using System.Text.Json.Serialization;

namespace Aigc.Annotation.Tasks;

/// <summary>A label of any kind of task; what does not belong to the kind is null.</summary>
/// <param name="Topic">The topic, or the class of a classification.</param>
/// <param name="Instruction">Of an instruction.</param>
/// <param name="Response">Of an instruction.</param>
/// <param name="PairScore">Of the pair, 0–1, where a labeler made it.</param>
internal sealed record TaskAnswer(string? Topic = null, string? Instruction = null, string? Response = null, double? PairScore = null)
{
    /// <summary>Of a task of spans, in the order of the text; empty where there is nothing to mark.</summary>
    public IReadOnlyList<LabelledSpan>? Spans { get; init; }

    /// <summary><c>a</c>, <c>b</c> or <c>tie</c>.</summary>
    public string? Preferred { get; init; }

    /// <summary>Free text.</summary>
    public string? Text { get; init; }

    [JsonIgnore]
    public bool HasPair => !string.IsNullOrWhiteSpace(Instruction) && !string.IsNullOrWhiteSpace(Response);

    /// <summary>Whether it says the same word for word; a labeler's score aside.</summary>
    public bool Says(TaskAnswer other) =>
        (Topic, Instruction, Response, Preferred, Text) == (other.Topic, other.Instruction, other.Response, other.Preferred, other.Text)
        && (Spans ?? []).SequenceEqual(other.Spans ?? []);
}

/// <summary>A label over a range of characters.</summary>
/// <param name="Start">First character, in UTF-16 units.</param>
/// <param name="End">Behind the last character.</param>
/// <param name="Label">The label.</param>
internal sealed record LabelledSpan(int Start, int End, string Label);
