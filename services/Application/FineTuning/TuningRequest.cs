using System.Text.Json;
using System.Text.RegularExpressions;
using Aigc.Application.OpenAI;
using Aigc.ServiceDefaults;

namespace Aigc.Application.FineTuning;

/// <summary>Reads the body of <c>POST /v1/fine_tuning/jobs</c>. What the trainer cannot do is refused by the name of the field.</summary>
internal sealed partial record TuningRequest(string Base, string Shape, string TrainingFile, string? ValidationFile, double? Epochs, int Seed, string? Suffix)
{
    private const string Prefix = "scratch-";
    private const int MostEpochs = 1000;

    private static readonly string[] Shapes = ["nano", "tiny", "mini"];

    /// <summary>Names the API has for models to begin with.</summary>
    public static IEnumerable<string> Bases => Shapes.Select(shape => Prefix + shape);

    public static TuningRequest Read(RequestBody body)
    {
        var model = body.Required("model");
        if (!Bases.Contains(model))
        {
            throw new ProblemException(
                "model_not_trainable",
                $"'{model}' cannot be trained further here: training begins from scratch, with one of {string.Join(", ", Bases)}.",
                "model");
        }

        var request = new TuningRequest(
            model,
            model[Prefix.Length..],
            body.Required("training_file"),
            body.Text("validation_file"),
            Epochs: null,
            (int)(body.Whole("seed", 0, int.MaxValue) ?? Random.Shared.Next(1, int.MaxValue)),
            SuffixOf(body.Text("suffix")));
        var (older, method) = (Hyperparameters(body, "hyperparameters", "hyperparameters"), Method(body));
        body.Only("integrations", value => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0, "There are no integrations; the job's events and /api/jobs tell its figures.");
        return request with { Epochs = method ?? older };
    }

    private static double? Method(RequestBody body)
    {
        if (body.Get("method") is not { } value)
        {
            return null;
        }

        var method = new RequestBody(value);
        var type = method.Required("type");
        if (type != "supervised")
        {
            throw RequestBody.Unsupported("method.type", $"The trainer cannot do '{type}'; it does supervised.");
        }

        double? epochs = null;
        if (method.Get(type) is { } supervised)
        {
            var inner = new RequestBody(supervised);
            epochs = Hyperparameters(inner, "hyperparameters", "method.supervised.hyperparameters");
            inner.Done();
        }

        method.Done();
        return epochs;
    }

    private static double? Hyperparameters(RequestBody body, string name, string path)
    {
        if (body.Get(name) is not { } value)
        {
            return null;
        }

        var inner = new RequestBody(value);
        inner.Only("batch_size", IsAuto, $"{path}.batch_size: the trainer's batches have a fixed size; leave it out or say auto.");
        inner.Only("learning_rate_multiplier", IsAuto, $"{path}.learning_rate_multiplier: the trainer's learning rate is fixed; leave it out or say auto.");
        var epochs = inner.Get("n_epochs") is { } told && !IsAuto(told) ? inner.Number("n_epochs", 1, MostEpochs) : null;
        inner.Done();
        return epochs;
    }

    private static bool IsAuto(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals("auto");

    private static string? SuffixOf(string? suffix) => suffix is null || SuffixForm().IsMatch(suffix)
        ? suffix
        : throw RequestBody.Invalid("suffix", "A suffix is 1 to 18 lower-case letters, digits and single hyphens.");

    [GeneratedRegex("^(?=.{1,18}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex SuffixForm();
}
