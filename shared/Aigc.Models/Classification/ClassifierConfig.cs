using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aigc.Models.Classification;

/// <summary>A classifier's <c>config.json</c>: what it tells apart, from which score on, by which n-grams.</summary>
public sealed record ClassifierConfig
{
    /// <summary><c>model_type</c> of such a folder. Another way from text to features is another type.</summary>
    public const string ModelType = "aigc_hashed_ngrams";

    const string Architecture = "AigcTextClassifier", Problem = "multi_label_classification";
    const int MostLabels = 1000, MostBuckets = 1 << 24, MostFeatures = 1 << 16, MostOrders = 8, LargestOrder = 16;

    /// <summary>The labels in the order of the graph's output.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>As many probabilities, each above 0 and below 1: a text has a label from there on.</summary>
    public required IReadOnlyList<double> Thresholds { get; init; }

    /// <summary>How a text becomes the graph's input.</summary>
    public FeatureShape Features { get; init; } = new();

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="FormatException">Names the key and what it must be.</exception>
    public static ClassifierConfig Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new FormatException("it is not an object");
        if (!IsClassifier(root))
            throw new FormatException($"model_type must be \"{ModelType}\"");
        var labels = ReadLabels(Of(root, "id2label"));
        var thresholds = Of(root, "thresholds");
        var features = Of(root, "features");
        return new()
        {
            Labels = labels,
            Thresholds = [.. labels.Select(label => Threshold(thresholds, label))],
            Features = new()
            {
                Buckets = Number(features, "buckets", MostBuckets),
                WordOrders = Orders(features, "word_orders"),
                CharacterOrders = Orders(features, "character_orders"),
                MaxFeatures = Number(features, "max_features", MostFeatures),
                Window = features.TryGetProperty("window", out _) ? Number(features, "window", MostFeatures) : new FeatureShape().Window,
            },
        };
    }

    /// <summary>Whether a configuration says that it is one of these.</summary>
    public static bool IsClassifier(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("model_type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == ModelType;

    /// <summary>The configuration as JSON; <see cref="Read"/> reads it back.</summary>
    public JsonObject ToJson() => new()
    {
        ["model_type"] = ModelType,
        ["architectures"] = new JsonArray(Architecture),
        ["problem_type"] = Problem,
        ["id2label"] = new JsonObject(Labels.Select((label, id) => KeyValuePair.Create(id.ToString(CultureInfo.InvariantCulture), (JsonNode?)label))),
        ["label2id"] = new JsonObject(Labels.Select((label, id) => KeyValuePair.Create(label, (JsonNode?)id))),
        ["thresholds"] = new JsonObject(Labels.Zip(Thresholds, (label, threshold) => KeyValuePair.Create(label, (JsonNode?)threshold))),
        ["features"] = new JsonObject
        {
            ["buckets"] = Features.Buckets,
            ["word_orders"] = new JsonArray([.. Features.WordOrders.Select(order => (JsonNode?)order)]),
            ["character_orders"] = new JsonArray([.. Features.CharacterOrders.Select(order => (JsonNode?)order)]),
            ["max_features"] = Features.MaxFeatures,
            ["window"] = Features.Window,
        },
    };

    static List<string> ReadLabels(JsonElement named)
    {
        var labels = new List<string>();
        for (var id = 0; id <= MostLabels && named.TryGetProperty(id.ToString(CultureInfo.InvariantCulture), out var label); id++)
            labels.Add(label.ValueKind == JsonValueKind.String ? label.GetString()! : "");
        if (labels.Count is 0 or > MostLabels || labels.Contains("") || labels.Distinct(StringComparer.Ordinal).Count() < labels.Count || named.EnumerateObject().Count() != labels.Count)
            throw new FormatException($"id2label must give \"0\", \"1\" and so on a label each, no two the same and at most {MostLabels}");
        return labels;
    }

    static double Threshold(JsonElement thresholds, string label) =>
        thresholds.TryGetProperty(label, out var value) && value.ValueKind == JsonValueKind.Number && value.GetDouble() is > 0 and < 1 and var threshold
            ? threshold
            : throw new FormatException($"thresholds must give \"{label}\" a number above 0 and below 1");

    static int Number(JsonElement features, string key, int most) =>
        features.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0 && number <= most
            ? number
            : throw new FormatException($"features.{key} must be a whole number from 1 to {most}");

    static int[] Orders(JsonElement features, string key)
    {
        if (features.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= MostOrders)
        {
            int[] orders = [.. list.EnumerateArray().Select(order => order.ValueKind == JsonValueKind.Number && order.TryGetInt32(out var number) ? number : 0)];
            if (Array.TrueForAll(orders, order => order is > 0 and <= LargestOrder))
                return orders;
        }

        throw new FormatException($"features.{key} must be a list of at most {MostOrders} whole numbers from 1 to {LargestOrder}");
    }

    static JsonElement Of(JsonElement root, string key) =>
        root.TryGetProperty(key, out var part) && part.ValueKind == JsonValueKind.Object ? part : throw new FormatException($"{key} must be an object");
}
