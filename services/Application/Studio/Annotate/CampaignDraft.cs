using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Studio.Annotate;

/// <summary>A campaign as a person writes it down before it is started.</summary>
internal sealed class CampaignDraft
{
    /// <summary>What people may be asked for.</summary>
    public static readonly IReadOnlyList<(string Name, string Says)> Kinds =
        [("classification", "Choose a label"), ("spans", "Mark words"), ("preference", "Choose the better of two answers"), ("text", "Write a text")];

    public string Name { get; set; } = "";

    public string Kind { get; set; } = Kinds[0].Name;

    public int Overlap { get; set; } = 2;

    public string Labels { get; set; } = "";

    public string Question { get; set; } = "";

    public bool SpansOverlap { get; set; }

    public int? MaxLength { get; set; }

    public string Pattern { get; set; } = "";

    public string Documents { get; set; } = "";

    /// <summary>Whether the kind has labels of its own.</summary>
    public bool HasLabels => Kind is "classification" or "spans";

    /// <summary>The lines that say something.</summary>
    public IReadOnlyList<string> Lines => Documents.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What is missing; null when it can be started.</summary>
    public string? Missing =>
        string.IsNullOrWhiteSpace(Name) ? "Give it a name."
        : HasLabels && LabelList.Count == 0 ? "Name the labels."
        : Lines.Count == 0 ? "Bring documents."
        : null;

    private List<string> LabelList => [.. Labels.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>A document of the kind, as an example.</summary>
    public static string Example(string kind) => kind == "preference" ? """{"text": …, "a": …, "b": …}""" : """{"text": …, "title": …, "predictions": …}""";

    /// <summary>The order, as the service takes it.</summary>
    /// <exception cref="ProblemException">A line begins as JSON and is none.</exception>
    public object Order() => new
    {
        name = Name,
        annotation = new
        {
            task = Kind,
            labels = HasLabels ? LabelList : null,
            question = Question.Length > 0 ? Question : null,
            spansOverlap = SpansOverlap ? true : (bool?)null,
            maxLength = Kind == "text" ? MaxLength : null,
            pattern = Kind == "text" && Pattern.Length > 0 ? Pattern : null,
            overlap = Overlap,
            onDisagreement = "wait",
        },
        documents = Lines.Select(Document).ToList(),
    };

    private static JsonObject Document(string line, int index)
    {
        if (line[0] != '{')
            return new JsonObject { ["text"] = line };
        try
        {
            return JsonNode.Parse(line)!.AsObject();
        }
        catch (JsonException bad)
        {
            throw new ProblemException("documents_invalid", $"Line {index + 1} begins as JSON and is none: {bad.Message}", $"documents[{index}]");
        }
    }
}
