using Aigc.ServiceDefaults;

namespace Aigc.Application.Files;

/// <summary>What a file is for, and what follows from that.</summary>
/// <param name="Name">Its name in the API.</param>
/// <param name="MaxBytes">Largest file; null for no limit of its own.</param>
/// <param name="Life">How long a file lives that says nothing else; null for ever. OpenAI's defaults.</param>
/// <param name="Rule">What every line must be, where the file is JSON Lines.</param>
internal sealed record FilePurpose(string Name, long? MaxBytes = null, TimeSpan? Life = null, Func<Lines.JsonLine, Lines.LineFault?>? Rule = null)
{
    /// <summary>What a batch writes; nobody uploads it.</summary>
    public const string BatchOutput = "batch_output";

    public static FilePurpose Batch { get; } = new("batch", 200L << 20, TimeSpan.FromDays(30), Lines.BatchLine.Check);

    public static FilePurpose FineTune { get; } = new("fine-tune", Rule: Lines.TrainingExample.Check);

    /// <summary>Those that can be uploaded.</summary>
    public static IReadOnlyList<FilePurpose> Uploaded { get; } =
        [FineTune, Batch, new("evals", Rule: _ => null), new("user_data"), new("assistants"), new("vision")];

    /// <summary>The purpose of a name.</summary>
    /// <exception cref="ProblemException">There is none, or it is not one of those that can be uploaded.</exception>
    public static FilePurpose Of(string? name) => name is null
        ? throw new ProblemException("missing_required_parameter", "You must provide a purpose parameter.", "purpose")
        : Uploaded.FirstOrDefault(purpose => purpose.Name == name)
            ?? throw new ProblemException("invalid_value", $"'{name}' is not a purpose; it is one of {string.Join(", ", Uploaded.Select(purpose => purpose.Name))}.", "purpose");
}
