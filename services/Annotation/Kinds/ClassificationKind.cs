using System.Text.Json.Nodes;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;

namespace Aigc.Annotation.Kinds;

/// <summary>One of the campaign's own labels.</summary>
internal sealed class ClassificationKind : TaskKind
{
    private const string Field = "label";

    public override string Name => TaskKinds.Classification;

    public override string Fields => "`text`, `label`";

    public override void Check(AnnotationSpec spec) => OwnLabels.Check(spec, least: 2);

    public override string Config(AnnotationSpec spec) =>
        $"<View><Header value=\"$title\"/><Text name=\"text\" value=\"$text\"/><Choices name=\"{Field}\" toName=\"text\" choice=\"single\">{string.Concat((spec.Labels ?? []).Select(label => $"<Choice value=\"{Escaped(label)}\"/>"))}</Choices></View>";

    public override TaskAnswer Read(GivenAnswer given, TaskData data, AnnotationSpec spec) => new(OwnLabels.Of(given.Label, spec, Field));

    public override string VoteOf(TaskAnswer answer) => answer.Topic ?? "";

    public override IEnumerable<ResultItem> Items(TaskAnswer answer, TaskData data) => [ResultItem.Of(Field, "choices", "choices", answer.Topic ?? "")];

    public override IEnumerable<KeyValuePair<string, JsonNode?>> Row(TaskAnswer answer, TaskData data, AnnotationSpec spec) =>
        [new("text", data.Text), new(Field, answer.Topic)];

    public override IEnumerable<string> CountedAs(TaskAnswer answer) => [answer.Topic ?? ""];
}
