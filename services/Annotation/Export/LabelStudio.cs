using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Annotation.Kinds;
using Aigc.Annotation.Tasks;

namespace Aigc.Annotation.Export;

/// <summary>Tasks in Label Studio's JSON, and its results read back.</summary>
internal static class LabelStudio
{
    public static JsonObject Task(AnnotationTask task) => new()
    {
        ["id"] = task.Number + 1,
        ["data"] = Data(task.Data),
        ["meta"] = new JsonObject { ["task"] = task.Id, ["status"] = task.Status },
        ["predictions"] = new JsonArray([.. task.Predictions.Select(prediction => new JsonObject
        {
            ["model_version"] = prediction.ModelVersion,
            ["score"] = prediction.Score,
            ["result"] = Result(task, prediction.ModelVersion, prediction.Answer),
        })]),
        ["annotations"] = new JsonArray([.. task.Annotations.Select(annotation => Annotation(task, annotation)), .. task.Decision is { } decision ? [Decision(task, decision)] : Array.Empty<JsonNode>()]),
    };

    /// <summary>The answer in a result array; fields it does not name stay null.</summary>
    public static GivenAnswer Read(JsonElement result)
    {
        var given = new GivenAnswer();
        if (result.ValueKind != JsonValueKind.Array)
            return given;
        // An empty result of spans says that there is nothing to mark.
        var spans = new List<LabelledSpan>();
        foreach (var item in result.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("from_name", out var from) || from.ValueKind != JsonValueKind.String
                || !item.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.Object)
                continue;
            given = from.GetString() switch
            {
                "topic" => given with { Topic = given.Topic ?? First(value, "choices") },
                "label" => given with { Label = given.Label ?? First(value, "choices") },
                "instruction" => given with { Instruction = given.Instruction ?? First(value, "text") },
                "response" => given with { Response = given.Response ?? First(value, "text") },
                "answer" => given with { Text = given.Text ?? First(value, "text") },
                "preferred" => given with { Preferred = given.Preferred ?? Side(value) },
                _ => given,
            };
            if (First(value, "labels") is { } label)
                spans.Add(new(Number(value, "start"), Number(value, "end"), label));
        }

        return given with { Spans = spans };
    }

    private static JsonObject Data(TaskData data)
    {
        var view = new JsonObject { ["text"] = data.Text, ["title"] = data.Title, ["document_id"] = data.DocumentId };
        if (data.A is not null || data.B is not null)
            (view["a"], view["b"]) = (data.A, data.B);
        return view;
    }

    private static JsonObject Annotation(AnnotationTask task, TaskAnnotation annotation)
    {
        var view = new JsonObject
        {
            ["id"] = ((task.Number + 1) * 1000L) + annotation.Number,
            ["completed_by"] = annotation.Annotator,
            ["was_cancelled"] = annotation.WasCancelled,
            ["ground_truth"] = false,
            ["lead_time"] = annotation.LeadTime,
            ["created_at"] = annotation.At,
            ["result"] = annotation.Answer is { } answer ? Result(task, $"a{annotation.Number}", answer) : new JsonArray(),
        };
        if (annotation.PreLabel is { } use)
            view["meta"] = new JsonObject { ["prelabel"] = use.Labeler, ["accepted"] = use.Accepted };
        return view;
    }

    // What was adjudicated is the truth others are measured by.
    private static JsonObject Decision(AnnotationTask task, TaskDecision decision) => new()
    {
        ["id"] = (task.Number + 1) * 1000L,
        ["completed_by"] = decision.By,
        ["was_cancelled"] = false,
        ["ground_truth"] = true,
        ["created_at"] = decision.At,
        ["result"] = Result(task, "decision", decision.Answer),
        ["meta"] = new JsonObject { ["note"] = decision.Note },
    };

    private static JsonArray Result(AnnotationTask task, string source, TaskAnswer answer) =>
        [.. TaskKinds.Of(task.Kind).Items(answer, task.Data).Select((item, index) => new JsonObject
        {
            ["id"] = $"{task.Number + 1}-{source}-{item.From}{(index == 0 || item.Type != "labels" ? "" : $"-{index}")}",
            ["from_name"] = item.From,
            ["to_name"] = item.To,
            ["type"] = item.Type,
            ["value"] = item.Value,
        })];

    private static string? First(JsonElement value, string key) =>
        value.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String ? list[0].GetString() : null;

    private static int Number(JsonElement value, string key) =>
        value.TryGetProperty(key, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var whole) ? whole : -1;

    private static string? Side(JsonElement value) => value.TryGetProperty("selected", out var side) && side.ValueKind == JsonValueKind.String
        ? side.GetString() switch { "left" => PreferenceKind.A, "right" => PreferenceKind.B, "none" => PreferenceKind.Tie, var other => other }
        : null;
}
