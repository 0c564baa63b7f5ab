using System.Text.Json.Nodes;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults;

namespace Aigc.Annotation.Kinds;

/// <summary>The better of two answers to the same text, or neither.</summary>
internal sealed class PreferenceKind : TaskKind
{
    public const string A = "a", B = "b", Tie = "tie";

    private const string Field = "preferred";

    public override string Name => TaskKinds.Preference;

    public override string Fields => "`prompt`, `a`, `b`, `preferred` (`a`, `b`, `tie`), `chosen`, `rejected` (null of a tie)";

    public override void Check(TaskData data)
    {
        if (string.IsNullOrWhiteSpace(data.A) || string.IsNullOrWhiteSpace(data.B))
            throw new ProblemException("answers_missing", $"Document '{data.DocumentId}' has no two answers to choose between; a row of a preference has the texts a and b.", "dataset");
    }

    // Label Studio's own element knows left and right; a tie is a result without a selection.
    public override string Config(AnnotationSpec spec) =>
        $"<View><Header value=\"$title\"/><Text name=\"text\" value=\"$text\"/><Pairwise name=\"{Field}\" toName=\"a,b\"/><Text name=\"a\" value=\"$a\"/><Text name=\"b\" value=\"$b\"/></View>";

    public override TaskAnswer Read(GivenAnswer given, TaskData data, AnnotationSpec spec) => given.Preferred is A or B or Tie
        ? new() { Preferred = given.Preferred }
        : throw new ProblemException("preferred_invalid", "preferred is a, b or tie.", Field);

    public override string VoteOf(TaskAnswer answer) => answer.Preferred ?? "";

    public override IEnumerable<ResultItem> Items(TaskAnswer answer, TaskData data) =>
        [new ResultItem(Field, "a,b", "pairwise", new JsonObject { ["selected"] = answer.Preferred switch { A => "left", B => "right", _ => "none" } })];

    public override IEnumerable<KeyValuePair<string, JsonNode?>> Row(TaskAnswer answer, TaskData data, AnnotationSpec spec) =>
    [
        new("prompt", data.Text), new("a", data.A), new("b", data.B), new(Field, answer.Preferred),
        new("chosen", answer.Preferred switch { A => data.A, B => data.B, _ => null }),
        new("rejected", answer.Preferred switch { A => data.B, B => data.A, _ => null }),
    ];

    public override IEnumerable<string> CountedAs(TaskAnswer answer) => [answer.Preferred ?? ""];
}
