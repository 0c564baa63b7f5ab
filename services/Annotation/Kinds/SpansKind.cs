using System.Globalization;
using System.Text.Json.Nodes;
using Aigc.Annotation.Agreement;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults;

namespace Aigc.Annotation.Kinds;

/// <summary>Labels over ranges of characters. Nothing marked is an answer too: there was nothing to mark.</summary>
internal sealed class SpansKind : TaskKind
{
    private const string Field = "spans";
    private const int Most = 2_000;

    public override string Name => TaskKinds.Spans;

    public override bool AsksOneMore => false;

    public override string Fields => "`text`, `spans` (`start`, `end` in UTF-16 units, `label`, `text`)";

    public override void Check(AnnotationSpec spec) => OwnLabels.Check(spec, least: 1);

    public override string Config(AnnotationSpec spec) =>
        $"<View><Header value=\"$title\"/><Labels name=\"{Field}\" toName=\"text\">{string.Concat((spec.Labels ?? []).Select(label => $"<Label value=\"{Escaped(label)}\"/>"))}</Labels><Text name=\"text\" value=\"$text\"/></View>";

    public override TaskAnswer Read(GivenAnswer given, TaskData data, AnnotationSpec spec)
    {
        if (given.Spans is not { } spans || spans.Count > Most || spans.Any(span => span is null))
            throw Wrong($"spans is a list of at most {Most} spans, empty where there is nothing to mark.");
        LabelledSpan[] ordered = [.. spans.OrderBy(span => span.Start).ThenBy(span => span.End).ThenBy(span => span.Label, StringComparer.Ordinal)];
        foreach (var span in ordered)
        {
            OwnLabels.Of(span.Label, spec, Field);
            if (span.Start < 0 || span.End <= span.Start || span.End > data.Text.Length)
                throw Wrong($"A span goes from {span.Start} to {span.End}; it must have a character and lie within the text's {data.Text.Length}.");
            if (Splits(data.Text, span.Start) || Splits(data.Text, span.End))
                throw Wrong($"The span from {span.Start} to {span.End} cuts a character in two; offsets count UTF-16 units.");
        }

        // In order of their starts, whoever shares a character with a later one shares it with the span that reaches furthest.
        foreach (var lane in spec.SpansOverlap == true ? ordered.GroupBy(span => span.Label, StringComparer.Ordinal) : ordered.GroupBy(_ => ""))
        {
            var end = 0;
            foreach (var span in lane)
            {
                if (span.Start < end)
                    throw new ProblemException("spans_overlap", $"Two spans share the character at {span.Start}; {(spec.SpansOverlap == true ? "two of one label may not" : "this campaign allows no overlap")}.", Field);
                end = span.End;
            }
        }

        return new() { Spans = ordered };
    }

    public override string VoteOf(TaskAnswer answer) =>
        string.Join(';', (answer.Spans ?? []).Select(span => string.Create(CultureInfo.InvariantCulture, $"{span.Start}-{span.End}:{span.Label}")));

    public override IEnumerable<ResultItem> Items(TaskAnswer answer, TaskData data) => (answer.Spans ?? []).Select(span => new ResultItem(
        Field,
        "text",
        "labels",
        new JsonObject { ["start"] = span.Start, ["end"] = span.End, ["text"] = data.Text[span.Start..span.End], ["labels"] = new JsonArray(span.Label) }));

    public override IEnumerable<KeyValuePair<string, JsonNode?>> Row(TaskAnswer answer, TaskData data, AnnotationSpec spec) =>
    [
        new("text", data.Text),
        new("spans", new JsonArray([.. (answer.Spans ?? []).Select(span =>
            new JsonObject { ["start"] = span.Start, ["end"] = span.End, ["label"] = span.Label, ["text"] = data.Text[span.Start..span.End] })])),
    ];

    public override IEnumerable<string> CountedAs(TaskAnswer answer) => answer.Spans is { Count: > 0 } spans ? spans.Select(span => span.Label) : ["(nothing marked)"];

    public override IReadOnlyDictionary<string, double> Agreement(IReadOnlyCollection<IReadOnlyDictionary<string, TaskAnswer>> items) =>
        SpanAgreement.Of([.. items.Select(item => (IReadOnlyList<IReadOnlyList<LabelledSpan>>)[.. item.Values.Select(answer => answer.Spans ?? [])])]);

    private static bool Splits(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]);

    private static ProblemException Wrong(string message) => new("spans_invalid", message, Field);
}
