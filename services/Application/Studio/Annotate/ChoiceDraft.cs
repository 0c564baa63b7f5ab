using System.Text.Json;

namespace Aigc.Application.Studio.Annotate;

/// <summary>One choice, and texts where the form asks for them.</summary>
public sealed class ChoiceDraft : LabelDraft
{
    /// <summary>Begins with the surest labeler's.</summary>
    public ChoiceDraft(LabelForm form, TaskBody task)
    {
        Form = form;
        foreach (var name in form.Texts)
            Texts[name] = "";
        if (task.Predictions.MaxBy(prediction => prediction.Score) is { } best)
            Take(best.Result);
    }

    /// <summary>What is asked for.</summary>
    public LabelForm Form { get; }

    /// <summary>What is chosen; null while nothing is.</summary>
    public string? Choice { get; set; }

    /// <summary>The texts by name.</summary>
    public Dictionary<string, string> Texts { get; } = [];

    /// <inheritdoc />
    public override string? Missing => Choice is null
        ? $"Choose a {Form.ChoiceName} first."
        : Form.Texts.FirstOrDefault(name => string.IsNullOrWhiteSpace(Texts[name])) is { } name ? $"The {name} is empty." : null;

    /// <inheritdoc />
    public override Dictionary<string, object?> Answer => new(Texts.Select(text => KeyValuePair.Create(text.Key, (object?)text.Value))) { [Form.ChoiceName] = Choice };

    /// <inheritdoc />
    public override IReadOnlyList<(string Keys, string Does)> Help => Form.Texts.Count == 0
        ? [("1 … 9, 0, letters", "Choose")]
        : [("1 … 9, 0, letters", "Choose"), ("Ctrl+Enter", "Accept from within a text"), ("Esc", "Leave a text")];

    /// <inheritdoc />
    public override void Take(JsonElement result)
    {
        Choice = LabelForm.Of(result, Form.ChoiceName) ?? Choice;
        foreach (var name in Form.Texts)
            Texts[name] = LabelForm.Of(result, name) ?? Texts[name];
    }

    /// <inheritdoc />
    protected override bool PressOwn(string key, bool shift)
    {
        if (ChoiceOf(key) is not (>= 0 and var index) || index >= Form.Choices.Count)
            return false;
        Choice = Form.Choices[index];
        return true;
    }
}
