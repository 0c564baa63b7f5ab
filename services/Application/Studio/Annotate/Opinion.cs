using System.Text.Json;

namespace Aigc.Application.Studio.Annotate;

/// <summary>What somebody says of a task, in few words and whatever the kind.</summary>
internal static class Opinion
{
    private const int Longest = 240;

    private static readonly Dictionary<string, Func<JsonElement, string?>> Kinds = new(StringComparer.Ordinal)
    {
        ["instruction"] = result => LabelForm.Of(result, "topic"),
        ["topic"] = result => LabelForm.Of(result, "topic"),
        ["classification"] = result => LabelForm.Of(result, "label"),
        ["text"] = result => LabelForm.Of(result, "answer"),
        ["preference"] = result => PreferenceDraft.Choices.FirstOrDefault(choice => choice.Value == PreferenceDraft.Of(result)).Says,
        ["spans"] = result => LabelForm.Values(result, "spans").Select(value => $"{value.GetProperty("text").GetString()} ({value.GetProperty("labels")[0].GetString()})").ToList() is { Count: > 0 } marks
            ? string.Join(", ", marks)
            : "nothing marked",
    };

    /// <summary>The words.</summary>
    public static string Says(string kind, JsonElement result) =>
        Kinds.TryGetValue(kind, out var says) && says(result) is { } words ? words.Length <= Longest ? words : words[..Longest] + "…" : "?";

    /// <summary>Everybody's, programs first. A result of null is a person who passed.</summary>
    public static IEnumerable<(string Who, JsonElement? Result)> Of(TaskBody task) =>
        task.Predictions.Select(prediction => (prediction.Labeler, (JsonElement?)prediction.Result))
            .Concat(task.Annotations.Where(annotation => !annotation.Decided).Select(annotation => (annotation.By, annotation.Skipped ? null : (JsonElement?)annotation.Result)));
}
