using System.Text.Json;

namespace Aigc.Application.Studio.Annotate;

/// <summary>Free text.</summary>
public sealed class TextDraft : LabelDraft
{
    private const int UsualLength = 4_000;

    /// <summary>Begins with the surest labeler's.</summary>
    public TextDraft(SpecView spec, TaskBody task)
    {
        Spec = spec;
        if (task.Predictions.MaxBy(prediction => prediction.Score) is { } best)
            Take(best.Result);
        WantsText = Text.Length == 0;
    }

    /// <summary>What is asked.</summary>
    public SpecView Spec { get; }

    /// <summary>The text.</summary>
    public string Text { get; set; } = "";

    /// <summary>Whether the keyboard shall go to the text next: at first only where there is nothing to accept.</summary>
    public bool WantsText { get; set; }

    /// <inheritdoc />
    public override bool TakesKeyboard => WantsText;

    /// <summary>Most characters.</summary>
    public int Most => Spec.MaxLength ?? UsualLength;

    /// <inheritdoc />
    public override string? Missing => string.IsNullOrWhiteSpace(Text) ? "Write an answer first." : Text.Trim().Length > Most ? $"The answer is longer than {Most} characters." : null;

    /// <inheritdoc />
    public override Dictionary<string, object?> Answer => new() { ["text"] = Text };

    /// <inheritdoc />
    public override IReadOnlyList<(string Keys, string Does)> Help => [("Ctrl+Enter", "Accept from within the text"), ("Esc", "Leave the text, for the other keys"), ("E", "Go to the text")];

    /// <inheritdoc />
    public override void Take(JsonElement result) => Text = LabelForm.Of(result, "answer") ?? Text;

    /// <inheritdoc />
    protected override bool PressOwn(string key, bool shift) => key is "e" or "E" && (WantsText = true);
}
