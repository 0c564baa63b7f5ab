namespace Aigc.Application.Studio.Talk;

/// <summary>One thing that was said: by the person, or by a model.</summary>
/// <param name="role"><c>user</c> or <c>assistant</c>.</param>
/// <param name="model">Who answers; empty for the person.</param>
public sealed class Turn(string role, string model = "")
{
    /// <summary><c>user</c> or <c>assistant</c>.</summary>
    public string Role => role;

    /// <summary>Who answers.</summary>
    public string Model => model;

    /// <summary>What was said so far.</summary>
    public string Text { get; set; } = "";

    /// <summary>What an answer took, once it has ended.</summary>
    public AnswerFigures? Figures { get; set; }

    /// <summary>What the answer went on from, so that it can be asked for again.</summary>
    public string? PreviousId { get; init; }

    /// <summary>A model said it.</summary>
    public bool IsAnswer => role == "assistant";
}
