using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aigc.Annotation.Agreement;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults;

namespace Aigc.Annotation.Kinds;

/// <summary>Free text: an answer, a summary, a caption. In a labelled version it is the response to the document, which training reads as it is.</summary>
internal sealed partial class TextKind : TaskKind
{
    private const string Field = "answer";
    private const int UsualLength = 4_000, LongestLength = 20_000, LongestPattern = 500, LongestQuestion = 2_000;

    public override string Name => TaskKinds.Text;

    public override bool AsksOneMore => false;

    public override string Fields => "`instruction` (the question and the document), `response`";

    public override void Check(AnnotationSpec spec)
    {
        if (spec.MaxLength is < 1 or > LongestLength)
            throw Invalid("maxLength", $"The length is between 1 and {LongestLength}.");
        if (spec.Question?.Length > LongestQuestion)
            throw Invalid("question", $"The question has at most {LongestQuestion} characters.");
        if (spec.Pattern?.Length > LongestPattern)
            throw Invalid("pattern", $"The pattern has at most {LongestPattern} characters.");
        if (spec.Pattern is not null)
            PatternOf(spec.Pattern);
    }

    public override string Config(AnnotationSpec spec) =>
        $"<View><Header value=\"$title\"/><Text name=\"text\" value=\"$text\"/><TextArea name=\"{Field}\" toName=\"text\" maxSubmissions=\"1\"/></View>";

    public override TaskAnswer Read(GivenAnswer given, TaskData data, AnnotationSpec spec)
    {
        var text = given.Text?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > (spec.MaxLength ?? UsualLength))
            throw new ProblemException("text_invalid", $"text is between 1 and {spec.MaxLength ?? UsualLength} characters.", "text");
        if (spec.Pattern is not null && !PatternOf(spec.Pattern).IsMatch(text))
            throw new ProblemException("text_invalid", $"text does not match the campaign's pattern {spec.Pattern}", "text");
        return new() { Text = text };
    }

    /// <summary>Case and runs of white space make no other vote.</summary>
    public override string VoteOf(TaskAnswer answer) => Spaces().Replace(answer.Text ?? "", " ").Trim().ToLowerInvariant();

    public override IEnumerable<ResultItem> Items(TaskAnswer answer, TaskData data) => [ResultItem.Of(Field, "textarea", "text", answer.Text ?? "")];

    public override IEnumerable<KeyValuePair<string, JsonNode?>> Row(TaskAnswer answer, TaskData data, AnnotationSpec spec) =>
        [new("instruction", spec.Question is { } question ? $"{question}\n\n{data.Text}" : data.Text), new("response", answer.Text)];

    public override IEnumerable<string> CountedAs(TaskAnswer answer) => [];

    public override IReadOnlyDictionary<string, double> Agreement(IReadOnlyCollection<IReadOnlyDictionary<string, TaskAnswer>> items) =>
        TextAgreement.Of([.. items.Select(item => (IReadOnlyList<(string, string)>)[.. item.Values.Select(answer => (answer.Text ?? "", VoteOf(answer)))])]);

    // Somebody else's pattern must not be able to take for ever: this engine is linear in the text, and refuses what cannot be.
    private static Regex PatternOf(string pattern)
    {
        try
        {
            return new($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Invalid("pattern", $"The pattern cannot be used: {e.Message}");
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
