using System.Text.Json;
using System.Xml.Linq;

namespace Aigc.Application.Studio.Annotate;

/// <summary>A campaign as <c>/api/annotation/campaigns</c> tells it; what Studio does not show is left out.</summary>
internal sealed record CampaignView(
    Guid Id, string Status, string Name, string Dataset, int? Tasks, long? Agreed, long? Open, Dictionary<string, double>? Agreement, string? Labels, string LabelConfig,
    DateTimeOffset CreatedAt)
{
    /// <summary>Whether people have something to do.</summary>
    public bool Waits => Status == "waiting-for-people" || Open is > 0;
}

/// <summary>A page of something.</summary>
internal sealed record PageOf<T>(List<T> Data, long? Total);

/// <summary>A task and the lease on it.</summary>
internal sealed record LeasedTask(string Lease, DateTimeOffset Until, string LabelConfig, TaskView Task);

/// <summary>A task in Label Studio's form.</summary>
internal sealed record TaskView(string Id, string Status, int Wanted, TaskLabel? Answer, TaskBody Task);

/// <summary>A label.</summary>
internal sealed record TaskLabel(string Topic, string? Instruction, string? Response);

/// <summary>The document, what programs say and what people said.</summary>
internal sealed record TaskBody(TaskText Data, List<PredictionView> Predictions, List<AnnotationView> Annotations);

/// <summary>The document.</summary>
internal sealed record TaskText(string Text, string Title);

/// <summary>What an automatic labeler says.</summary>
internal sealed record PredictionView(JsonElement Result, double Score)
{
    [System.Text.Json.Serialization.JsonPropertyName("model_version")]
    public string Labeler { get; init; } = "";
}

/// <summary>What a person said.</summary>
internal sealed record AnnotationView(JsonElement Result)
{
    [System.Text.Json.Serialization.JsonPropertyName("completed_by")]
    public string By { get; init; } = "";

    [System.Text.Json.Serialization.JsonPropertyName("was_cancelled")]
    public bool Skipped { get; init; }
}

/// <summary>What a labelling interface asks for, read from Label Studio's description of it: one choice, and texts.</summary>
/// <param name="Choices">What can be chosen.</param>
/// <param name="Texts">Names of the texts.</param>
internal sealed record LabelForm(IReadOnlyList<string> Choices, IReadOnlyList<string> Texts)
{
    public static LabelForm Read(string config)
    {
        var view = XElement.Parse(config);
        return new(
            [.. view.Descendants("Choice").Select(choice => (string?)choice.Attribute("value") ?? "")],
            [.. view.Descendants("TextArea").Select(area => (string?)area.Attribute("name") ?? "")]);
    }

    /// <summary>What a result says of a field of the form; null for nothing.</summary>
    public static string? Of(JsonElement result, string field)
    {
        if (result.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var item in result.EnumerateArray())
        {
            if (item.GetProperty("from_name").GetString() == field && item.GetProperty("value").EnumerateObject().FirstOrDefault().Value is { ValueKind: JsonValueKind.Array } values && values.GetArrayLength() > 0)
                return values[0].GetString();
        }

        return null;
    }
}
