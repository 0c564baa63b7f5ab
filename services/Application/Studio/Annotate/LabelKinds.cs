namespace Aigc.Application.Studio.Annotate;

/// <summary>How a kind of task is shown: the draft of its label, what shows the text, and what stands beside it.</summary>
internal sealed record LabelKind(string Says, Func<SpecView, LabelForm, TaskBody, LabelDraft> Draft, Type Text, Type Side);

/// <summary>The kinds by name.</summary>
internal static class LabelKinds
{
    private static readonly LabelKind Choice = new("Classification", (_, form, task) => new ChoiceDraft(form, task), typeof(PlainText), typeof(ChoiceSide));

    private static readonly Dictionary<string, LabelKind> Known = new(StringComparer.Ordinal)
    {
        ["classification"] = Choice,
        ["topic"] = Choice with { Says = "Topic" },
        ["instruction"] = Choice with { Says = "Instruction and topic" },
        ["spans"] = new("Spans", (spec, _, task) => new SpanDraft(spec, task), typeof(SpanText), typeof(SpanSide)),
        ["preference"] = new("Preference", (_, _, task) => new PreferenceDraft(task), typeof(PairText), typeof(PreferenceSide)),
        ["text"] = new("Free text", (spec, _, task) => new TextDraft(spec, task), typeof(PlainText), typeof(TextSide)),
    };

    /// <summary>A kind; one that this Studio does not know yet is shown as a choice.</summary>
    public static LabelKind Of(string? name) => Known.GetValueOrDefault(name ?? "") ?? Choice;
}
