using System.Text.Json;

namespace Aigc.Application.Studio.Annotate;

/// <summary>The better of two answers.</summary>
public sealed class PreferenceDraft : LabelDraft
{
    /// <summary>What can be said, each with its key and what Label Studio calls it.</summary>
    public static readonly IReadOnlyList<(string Key, string Value, string Says, string Side)> Choices =
        [("1", "a", "A is better", "left"), ("2", "b", "B is better", "right"), ("0", "tie", "Neither is better", "none")];

    /// <summary>Begins with the surest labeler's.</summary>
    public PreferenceDraft(TaskBody task)
    {
        if (task.Predictions.MaxBy(prediction => prediction.Score) is { } best)
            Take(best.Result);
    }

    /// <summary><c>a</c>, <c>b</c>, <c>tie</c>; null while nothing is chosen.</summary>
    public string? Preferred { get; set; }

    /// <inheritdoc />
    public override string? Missing => Preferred is null ? "Choose the better answer first." : null;

    /// <inheritdoc />
    public override Dictionary<string, object?> Answer => new() { ["preferred"] = Preferred };

    /// <inheritdoc />
    public override IReadOnlyList<(string Keys, string Does)> Help => [.. Choices.Select(choice => (choice.Key, choice.Says))];

    /// <summary>What a result prefers; null for nothing.</summary>
    public static string? Of(JsonElement result) =>
        LabelForm.Values(result, "preferred").Select(value => value.TryGetProperty("selected", out var side) ? side.GetString() : null).FirstOrDefault() is { } side
            ? Choices.FirstOrDefault(choice => choice.Side == side).Value
            : null;

    /// <inheritdoc />
    public override void Take(JsonElement result) => Preferred = Of(result) ?? Preferred;

    /// <inheritdoc />
    protected override bool PressOwn(string key, bool shift)
    {
        if (Choices.FirstOrDefault(choice => choice.Key == key).Value is not { } value)
            return false;
        Preferred = value;
        return true;
    }
}
