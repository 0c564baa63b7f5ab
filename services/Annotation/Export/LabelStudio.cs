using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Annotation.Campaigns;
using Aigc.Annotation.Labelers;
using Aigc.Annotation.Tasks;

namespace Aigc.Annotation.Export;

/// <summary>Tasks in Label Studio's JSON, and its results read back.</summary>
internal static class LabelStudio
{
    private const string Topic = "topic";
    private const string Instruction = "instruction";
    private const string Response = "response";

    /// <summary>The labelling interface that the results below belong to.</summary>
    public static string Config(string task)
    {
        var choices = string.Concat(Taxonomy.Default.Names.Select(name => $"<Choice value=\"{name}\"/>"));
        var areas = task == CampaignKey.Tasks.Instruction ? $"<TextArea name=\"{Instruction}\" toName=\"text\"/><TextArea name=\"{Response}\" toName=\"text\"/>" : "";
        return $"<View><Header value=\"$title\"/><Text name=\"text\" value=\"$text\"/><Choices name=\"{Topic}\" toName=\"text\" choice=\"single\">{choices}</Choices>{areas}</View>";
    }

    public static JsonObject Task(AnnotationTask task) => new()
    {
        ["id"] = task.Number + 1,
        ["data"] = new JsonObject { ["text"] = task.Data.Text, ["title"] = task.Data.Title, ["document_id"] = task.Data.DocumentId },
        ["meta"] = new JsonObject { ["task"] = task.Id, ["status"] = task.Status },
        ["predictions"] = new JsonArray([.. task.Predictions.Select(prediction => new JsonObject
        {
            ["model_version"] = prediction.ModelVersion,
            ["score"] = prediction.Score,
            ["result"] = Result(task, prediction.ModelVersion, prediction.Answer),
        })]),
        ["annotations"] = new JsonArray([.. task.Annotations.Select(annotation => new JsonObject
        {
            ["id"] = ((task.Number + 1) * 1000L) + annotation.Number,
            ["completed_by"] = annotation.Annotator,
            ["was_cancelled"] = annotation.WasCancelled,
            ["ground_truth"] = false,
            ["lead_time"] = annotation.LeadTime,
            ["created_at"] = annotation.At,
            ["result"] = annotation.Answer is { } answer ? Result(task, $"a{annotation.Number}", answer) : new JsonArray(),
        })]),
    };

    /// <summary>The answer in a result array; fields it does not name stay null.</summary>
    public static (string? Topic, string? Instruction, string? Response) Read(JsonElement result)
    {
        string? topic = null, instruction = null, response = null;
        if (result.ValueKind != JsonValueKind.Array)
            return default;
        foreach (var item in result.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("from_name", out var from) || !item.TryGetProperty("value", out var value))
                continue;
            switch (from.ValueKind == JsonValueKind.String ? from.GetString() : null)
            {
                case Topic:
                    topic ??= First(value, "choices");
                    break;
                case Instruction:
                    instruction ??= First(value, "text");
                    break;
                case Response:
                    response ??= First(value, "text");
                    break;
                default:
                    break;
            }
        }

        return (topic, instruction, response);
    }

    private static JsonArray Result(AnnotationTask task, string source, TaskAnswer answer)
    {
        var result = new JsonArray { Item(Topic, "choices", "choices", answer.Topic) };
        if (answer.HasPair)
        {
            result.Add(Item(Instruction, "textarea", "text", answer.Instruction!));
            result.Add(Item(Response, "textarea", "text", answer.Response!));
        }

        return result;

        JsonNode Item(string name, string type, string key, string value) => new JsonObject
        {
            ["id"] = $"{task.Number + 1}-{source}-{name}",
            ["from_name"] = name,
            ["to_name"] = "text",
            ["type"] = type,
            ["value"] = new JsonObject { [key] = new JsonArray(value) },
        };
    }

    private static string? First(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array
        && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String ? list[0].GetString() : null;
}
