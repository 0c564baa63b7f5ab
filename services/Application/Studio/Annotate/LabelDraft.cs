using System.Text.Json;

namespace Aigc.Application.Studio.Annotate;

/// <summary>What a key does to a task.</summary>
internal enum LabelKey
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Something was chosen.</summary>
    Chosen,

    /// <summary>The draft is the label.</summary>
    Submit,

    /// <summary>Somebody else shall have it.</summary>
    Skip,
}

/// <summary>
/// The label a person is making of one task: it begins with what the surest labeler says, so that agreeing is one key, and every choice has a key of its own.
/// </summary>
internal sealed class LabelDraft
{
    /// <summary>Keys of the choices, in their order.</summary>
    public const string Keys = "1234567890qwertyuiop";

    private readonly LabelForm _form;

    public LabelDraft(LabelForm form, TaskBody task)
    {
        _form = form;
        var best = task.Predictions.MaxBy(prediction => prediction.Score);
        Choice = best is null ? null : LabelForm.Of(best.Result, "topic");
        foreach (var name in form.Texts)
            Texts[name] = best is null ? "" : LabelForm.Of(best.Result, name) ?? "";
    }

    /// <summary>What is chosen; null while nothing is.</summary>
    public string? Choice { get; set; }

    /// <summary>The texts by name.</summary>
    public Dictionary<string, string> Texts { get; } = [];

    /// <summary>What is missing; null when it can be submitted.</summary>
    public string? Missing => Choice is null
        ? "Choose a topic first."
        : _form.Texts.FirstOrDefault(name => string.IsNullOrWhiteSpace(Texts[name])) is { } name ? $"The {name} is empty." : null;

    /// <summary>The key of a choice; empty for none.</summary>
    public static string KeyOf(int choice) => choice < Keys.Length ? Keys[choice].ToString() : "";

    /// <summary>A key was pressed outside of the texts.</summary>
    public LabelKey Press(string key)
    {
        switch (key)
        {
            case "Enter":
                return Missing is null ? LabelKey.Submit : LabelKey.None;
            case "s" or "S":
                return LabelKey.Skip;
            case [var one] when Keys.IndexOf(char.ToLowerInvariant(one), StringComparison.Ordinal) is >= 0 and var index && index < _form.Choices.Count:
                Choice = _form.Choices[index];
                return LabelKey.Chosen;
            default:
                return LabelKey.None;
        }
    }

    /// <summary>Takes over what a labeler says.</summary>
    public void Take(JsonElement result)
    {
        Choice = LabelForm.Of(result, "topic") ?? Choice;
        foreach (var name in _form.Texts)
            Texts[name] = LabelForm.Of(result, name) ?? Texts[name];
    }
}
