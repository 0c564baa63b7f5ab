namespace Aigc.Contracts;

/// <summary>Why something failed, in the form the API answers with. One sentence that says what to do next.</summary>
public sealed record Problem
{
    /// <summary>Stable, snake-case code, for example <c>dataset_empty</c>.</summary>
    public required string Code { get; init; }

    /// <summary>One sentence for a person.</summary>
    public required string Message { get; init; }

    /// <summary>The input at fault (a key of the chain file, a request field), where there is one.</summary>
    public string? Param { get; init; }

    /// <summary>True when the same command may succeed later (a disk was full); false when only other input helps.</summary>
    public bool Transient { get; init; }
}
