using System.Text.Json.Nodes;
using Aigc.Annotation.Agreement;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults;

namespace Aigc.Annotation.Kinds;

/// <summary>
/// A kind of task: what is asked, which answers are taken, when two of them are the same vote, how agreement is measured and what a row of the labelled version
/// holds. Everything else (leases, overlap, deciding, adjudication) is the same for all and knows no kind.
/// </summary>
internal abstract class TaskKind
{
    /// <summary>Name in the specification.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the automatic labelers of this process know it.</summary>
    public virtual bool HasLabelers => false;

    /// <summary>Whether one more person may break a tie. Where answers seldom coincide word for word, one more would be one more answer.</summary>
    public virtual bool AsksOneMore => true;

    /// <summary>What a row of the labelled version holds, beside its ids and annotators.</summary>
    public abstract string Fields { get; }

    /// <summary>Refuses a specification.</summary>
    /// <exception cref="ProblemException">Names the key at fault.</exception>
    public virtual void Check(AnnotationSpec spec)
    {
    }

    /// <summary>Refuses data that this kind cannot ask about.</summary>
    /// <exception cref="ProblemException">Names what is missing.</exception>
    public virtual void Check(TaskData data)
    {
    }

    /// <summary>The labelling interface in Label Studio's terms.</summary>
    public abstract string Config(AnnotationSpec spec);

    /// <summary>The answer in what was given.</summary>
    /// <exception cref="ProblemException">Names the field at fault.</exception>
    public abstract TaskAnswer Read(GivenAnswer given, TaskData data, AnnotationSpec spec);

    /// <summary>Equal texts are the same vote.</summary>
    public abstract string VoteOf(TaskAnswer answer);

    /// <summary>The one answer of several that are the same vote; null where they do not make a whole one.</summary>
    public virtual TaskAnswer? Whole(IReadOnlyList<TaskAnswer> same) => same[0];

    /// <summary>The answer as items of a Label Studio result.</summary>
    public abstract IEnumerable<ResultItem> Items(TaskAnswer answer, TaskData data);

    /// <summary>What a row of the labelled version holds. Its order is the order of the fields.</summary>
    public abstract IEnumerable<KeyValuePair<string, JsonNode?>> Row(TaskAnswer answer, TaskData data, AnnotationSpec spec);

    /// <summary>What the card counts the answer under.</summary>
    public abstract IEnumerable<string> CountedAs(TaskAnswer answer);

    /// <summary>Measures by name. Nominal coefficients over the votes, where a kind has no better ones.</summary>
    /// <param name="items">Per task, the answers by annotator.</param>
    public virtual IReadOnlyDictionary<string, double> Agreement(IReadOnlyCollection<IReadOnlyDictionary<string, TaskAnswer>> items) =>
        AgreementReport.Of([.. items.Select(item => item.ToDictionary(answer => answer.Key, answer => VoteOf(answer.Value), StringComparer.Ordinal))]);

    /// <summary>Refuses a key of the specification.</summary>
    protected static ProblemException Invalid(string key, string message) => new("annotation_invalid", message, $"annotation.{key}");

    /// <summary>Text as it stands in an attribute.</summary>
    protected static string Escaped(string text) => System.Security.SecurityElement.Escape(text);
}

/// <summary>One item of a Label Studio result: <c>from_name</c>, <c>to_name</c>, <c>type</c>, <c>value</c>.</summary>
internal sealed record ResultItem(string From, string To, string Type, JsonObject Value)
{
    /// <summary>An item whose value is a list of one text.</summary>
    public static ResultItem Of(string from, string type, string key, string value) => new(from, "text", type, new JsonObject { [key] = new JsonArray(value) });
}

/// <summary>An answer as it comes in: plain fields, or those of a Label Studio result.</summary>
internal sealed record GivenAnswer
{
    public string? Topic { get; init; }

    public string? Label { get; init; }

    public string? Instruction { get; init; }

    public string? Response { get; init; }

    public IReadOnlyList<LabelledSpan>? Spans { get; init; }

    public string? Preferred { get; init; }

    public string? Text { get; init; }
}
