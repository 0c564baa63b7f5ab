using System.Text.Json;
using Aigc.Annotation.Export;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults;

namespace Aigc.Annotation.Kinds;

/// <summary>Pre-labels that a document brings along: Label Studio's <c>predictions</c>, each with <c>model_version</c>, <c>score</c> and <c>result</c>.</summary>
internal static class PreLabels
{
    private const int Most = 20;
    private const int LongestName = 100;

    /// <summary>The pre-labels, each checked as a person's answer is.</summary>
    /// <exception cref="ProblemException"><c>prelabel_invalid</c>, with the document's id.</exception>
    public static IReadOnlyList<TaskPrediction> Read(JsonElement predictions, TaskKind kind, TaskData data, AnnotationSpec spec)
    {
        if (predictions.ValueKind is JsonValueKind.Null)
            return [];
        if (predictions.ValueKind != JsonValueKind.Array || predictions.GetArrayLength() > Most)
            throw Invalid(data, $"predictions is a list of at most {Most}");
        TaskPrediction[] read = [.. predictions.EnumerateArray().Select(prediction => One(prediction, kind, data, spec))];
        return read.DistinctBy(prediction => prediction.Labeler, StringComparer.Ordinal).Count() == read.Length
            ? read
            : throw Invalid(data, "two of its predictions carry the same model_version");
    }

    private static TaskPrediction One(JsonElement prediction, TaskKind kind, TaskData data, AnnotationSpec spec)
    {
        if (prediction.ValueKind != JsonValueKind.Object || !prediction.TryGetProperty("result", out var result))
            throw Invalid(data, "a prediction has no result");
        var name = prediction.TryGetProperty("model_version", out var version) && version.ValueKind == JsonValueKind.String ? version.GetString()! : "brought along";
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
            throw Invalid(data, $"a model_version is a text of at most {LongestName} characters");
        var score = prediction.TryGetProperty("score", out var number) && number.ValueKind == JsonValueKind.Number ? Math.Clamp(number.GetDouble(), 0, 1) : 0;
        try
        {
            return new(name, name, score, kind.Read(LabelStudio.Read(result), data, spec));
        }
        catch (ProblemException refused)
        {
            throw Invalid(data, refused.Message);
        }
    }

    private static ProblemException Invalid(TaskData data, string why) => new("prelabel_invalid", $"A pre-label of document '{data.DocumentId}' cannot be used: {why}", "dataset");
}
