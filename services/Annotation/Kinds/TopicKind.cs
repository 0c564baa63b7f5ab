using System.Text.Json.Nodes;
using Aigc.Annotation.Labelers;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults;

namespace Aigc.Annotation.Kinds;

/// <summary>One of the topics of the <see cref="Taxonomy"/>, which the automatic labelers know.</summary>
internal class TopicKind : TaskKind
{
    private const string Field = "topic";

    public override string Name => TaskKinds.Topic;

    public override bool HasLabelers => true;

    public override string Fields => "`topic`";

    public override void Check(AnnotationSpec spec)
    {
        if (spec.Labels is not null)
            throw Invalid("labels", "Topics are given by the taxonomy; labels of your own belong to the task classification.");
    }

    public override string Config(AnnotationSpec spec) => Form("");

    public override TaskAnswer Read(GivenAnswer given, TaskData data, AnnotationSpec spec) => new(TopicOf(given));

    public override string VoteOf(TaskAnswer answer) => answer.Topic ?? "";

    public override IEnumerable<ResultItem> Items(TaskAnswer answer, TaskData data) => [ResultItem.Of(Field, "choices", "choices", answer.Topic ?? "")];

    public override IEnumerable<KeyValuePair<string, JsonNode?>> Row(TaskAnswer answer, TaskData data, AnnotationSpec spec) =>
        [new("instruction", answer.Instruction), new("response", answer.Response), new("topic", answer.Topic)];

    public override IEnumerable<string> CountedAs(TaskAnswer answer) => [answer.Topic ?? ""];

    protected static string Form(string areas) =>
        $"<View><Header value=\"$title\"/><Text name=\"text\" value=\"$text\"/><Choices name=\"{Field}\" toName=\"text\" choice=\"single\">{string.Concat(Taxonomy.Default.Names.Select(name => $"<Choice value=\"{name}\"/>"))}</Choices>{areas}</View>";

    protected static string TopicOf(GivenAnswer given) => given.Topic is { } topic && Taxonomy.Default.Names.Contains(topic)
        ? topic
        : throw new ProblemException("topic_unknown", $"topic must be one of {string.Join(", ", Taxonomy.Default.Names)}.", Field);
}

/// <summary>A topic, and an instruction with its response.</summary>
internal sealed class InstructionKind : TopicKind
{
    private const int LongestText = 20_000;

    public override string Name => TaskKinds.Instruction;

    public override string Fields => "`instruction`, `response`, `topic`";

    public override string Config(AnnotationSpec spec) => Form("<TextArea name=\"instruction\" toName=\"text\"/><TextArea name=\"response\" toName=\"text\"/>");

    public override TaskAnswer Read(GivenAnswer given, TaskData data, AnnotationSpec spec) =>
        new(TopicOf(given), TextOf(given.Instruction, "instruction"), TextOf(given.Response, "response"));

    public override TaskAnswer? Whole(IReadOnlyList<TaskAnswer> same) => TaskRules.BestPair(same) is { } best ? best with { Topic = same[0].Topic } : null;

    public override IEnumerable<ResultItem> Items(TaskAnswer answer, TaskData data) => answer.HasPair
        ? [.. base.Items(answer, data), ResultItem.Of("instruction", "textarea", "text", answer.Instruction!), ResultItem.Of("response", "textarea", "text", answer.Response!)]
        : base.Items(answer, data);

    private static string TextOf(string? text, string name) => string.IsNullOrWhiteSpace(text) || text.Length > LongestText
        ? throw new ProblemException($"{name}_invalid", $"{name} is a text of at most {LongestText} characters.", name)
        : text.Trim();
}
