using System.Text.Json;

namespace Aigc.Application.Studio.Annotate;

/// <summary>What a key does to a task.</summary>
public enum LabelKey
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Something was chosen.</summary>
    Chosen,

    /// <summary>The draft is the label.</summary>
    Submit,

    /// <summary>Somebody else shall have it.</summary>
    Skip,

    /// <summary>The last label is taken back.</summary>
    Undo,

    /// <summary>The keys are shown.</summary>
    Help,
}

/// <summary>
/// The label a person is making of one task. It begins with what the surest labeler says, so that agreeing is one key; the keys that every kind has are here, those of
/// its own with the kind.
/// </summary>
public abstract class LabelDraft
{
    /// <summary>Keys of choices, in their order. The letters that do something else are not among them.</summary>
    public const string Keys = "1234567890qwertyiop";

    /// <summary>What is missing; null when it can be submitted.</summary>
    public abstract string? Missing { get; }

    /// <summary>The fields of the answer, as the service takes them.</summary>
    public abstract Dictionary<string, object?> Answer { get; }

    /// <summary>The keys of this kind, and what they do.</summary>
    public abstract IReadOnlyList<(string Keys, string Does)> Help { get; }

    /// <summary>Whether its own part of the page takes the keyboard when it is shown.</summary>
    public virtual bool TakesKeyboard => false;

    /// <summary>The key of a choice; empty for none.</summary>
    public static string KeyOf(int choice) => choice < Keys.Length ? Keys[choice].ToString() : "";

    /// <summary>The choice of a key; −1 for none.</summary>
    public static int ChoiceOf(string key) => key.Length == 1 ? Keys.IndexOf(char.ToLowerInvariant(key[0]), StringComparison.Ordinal) : -1;

    /// <summary>Takes over what a labeler says.</summary>
    public abstract void Take(JsonElement result);

    /// <summary>A key was pressed outside of the texts.</summary>
    public LabelKey Press(string key, bool shift = false) => PressOwn(key, shift) ? LabelKey.Chosen : key switch
    {
        "Enter" => Missing is null ? LabelKey.Submit : LabelKey.None,
        "s" or "S" => LabelKey.Skip,
        "u" or "U" => LabelKey.Undo,
        "?" => LabelKey.Help,
        _ => LabelKey.None,
    };

    /// <summary>A key of this kind; false for any other.</summary>
    protected abstract bool PressOwn(string key, bool shift);
}
