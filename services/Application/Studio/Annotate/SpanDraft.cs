using System.Text.Json;
using System.Text.RegularExpressions;

namespace Aigc.Application.Studio.Annotate;

/// <summary>A label over characters.</summary>
public sealed record SpanMark(int Start, int End, string Label);

/// <summary>
/// Labels over ranges of a text. A person moves word by word; the range between where the selection began and where it is now gets the label.
/// </summary>
public sealed partial class SpanDraft : LabelDraft
{
    private readonly SpecView _spec;
    private readonly string _text;
    private readonly Stack<List<SpanMark>> _before = [];

    /// <summary>Begins with the surest labeler's.</summary>
    public SpanDraft(SpecView spec, TaskBody task)
    {
        (_spec, _text) = (spec, task.Data.Text);
        Tokens = [.. Word().Matches(_text).Select(match => (match.Index, match.Index + match.Length))];
        if (task.Predictions.MaxBy(prediction => prediction.Score) is { } best)
            Spans = Of(best.Result);
    }

    /// <summary>What can be marked as.</summary>
    public IReadOnlyList<string> Labels => _spec.Labels ?? [];

    /// <summary>The words and signs of the text: first character, and behind the last.</summary>
    public IReadOnlyList<(int Start, int End)> Tokens { get; }

    /// <summary>What is marked, in the order of the text.</summary>
    public List<SpanMark> Spans { get; private set; } = [];

    /// <summary>The word where the selection ends that moves.</summary>
    public int Cursor { get; private set; }

    /// <summary>The word where the selection began.</summary>
    public int Anchor { get; private set; }

    /// <summary>First and last word that are selected.</summary>
    public (int First, int Last) Selected => (Math.Min(Anchor, Cursor), Math.Max(Anchor, Cursor));

    /// <summary>Characters that are selected.</summary>
    public (int Start, int End) Range => Tokens.Count == 0 ? (0, 0) : (Tokens[Selected.First].Start, Tokens[Selected.Last].End);

    /// <summary>What the last key could not do; null where it did.</summary>
    public string? Fault { get; private set; }

    /// <inheritdoc />
    public override string? Missing => null;

    /// <inheritdoc />
    public override bool TakesKeyboard => Tokens.Count > 0;

    /// <inheritdoc />
    public override Dictionary<string, object?> Answer => new() { ["spans"] = Spans };

    /// <inheritdoc />
    public override IReadOnlyList<(string Keys, string Does)> Help =>
    [
        ("← →", "Go to the word before or after"), ("Shift+← →", "Select more or fewer words"), ("Home End", "First or last word"), ("Tab", "To the buttons"),
        ("1 … 9, 0, letters", "Mark what is selected"), ("Del", "Remove the marks that are selected"), ("Z", "Undo the last change to the marks"),
    ];

    /// <summary>The marks in a result.</summary>
    public static List<SpanMark> Of(JsonElement result) =>
        [.. LabelForm.Values(result, "spans").Select(value => new SpanMark(value.GetProperty("start").GetInt32(), value.GetProperty("end").GetInt32(), value.GetProperty("labels")[0].GetString()!))];

    /// <summary>Begins a selection at a word, or with the last one extends it.</summary>
    public void Select(int token, bool extend)
    {
        if (token < 0 || token >= Tokens.Count)
            return;
        Cursor = token;
        if (!extend)
            Anchor = token;
    }

    /// <summary>Marks what is selected. A mark of the very same range gets the new label; others in the way are replaced where they may not overlap.</summary>
    public void Mark(string label)
    {
        if (Tokens.Count == 0)
            return;
        var (start, end) = Range;
        Keep();
        Spans.RemoveAll(span => (span.Start, span.End) == (start, end) || (Meets(span, start, end) && (_spec.SpansOverlap != true || span.Label == label)));
        Spans.Add(new(start, end, label));
        Spans.Sort((a, b) => a.Start != b.Start ? a.Start - b.Start : a.End - b.End);
    }

    /// <summary>Removes a mark.</summary>
    public void Remove(SpanMark span)
    {
        Keep();
        Spans.Remove(span);
    }

    /// <inheritdoc />
    public override void Take(JsonElement result)
    {
        Keep();
        Spans = Of(result);
    }

    /// <summary>What a mark is over.</summary>
    public string TextOf(SpanMark span) => _text[span.Start..span.End];

    /// <inheritdoc />
    protected override bool PressOwn(string key, bool shift)
    {
        Fault = null;
        switch (key)
        {
            case "ArrowLeft":
                Select(Math.Max(0, Cursor - 1), shift);
                return true;
            case "ArrowRight":
                Select(Math.Min(Tokens.Count - 1, Cursor + 1), shift);
                return true;
            case "Home":
                Select(0, shift);
                return true;
            case "End":
                Select(Tokens.Count - 1, shift);
                return true;
            case "Delete" or "Backspace":
                var (start, end) = Range;
                Keep();
                if (Spans.RemoveAll(span => Meets(span, start, end)) == 0)
                    Fault = "Nothing is marked here.";
                return true;
            case "z" or "Z":
                if (_before.TryPop(out var before))
                    Spans = before;
                return true;
            default:
                if (ChoiceOf(key) is not (>= 0 and var index) || index >= Labels.Count)
                    return false;
                Mark(Labels[index]);
                return true;
        }
    }

    private static bool Meets(SpanMark span, int start, int end) => span.Start < end && start < span.End;

    private void Keep() => _before.Push([.. Spans]);

    // Letters and digits together, every other sign alone; a combining mark or the second half of a pair is never cut off.
    [GeneratedRegex(@"[\p{L}\p{N}][\p{L}\p{N}\p{M}_'’]*|[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\s]\p{M}*")]
    private static partial Regex Word();
}
