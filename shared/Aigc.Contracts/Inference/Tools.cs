namespace Aigc.Contracts.Inference;

/// <summary>A function that the model may call: the sender runs it and sends what came of it as a turn of role <c>tool</c>.</summary>
public sealed record ToolSpec
{
    /// <summary>Letters, digits, <c>_</c> and <c>-</c>, 1 to 64; unique within a request.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, in the words the model reads.</summary>
    public string? Description { get; init; }

    /// <summary>JSON schema of its arguments, an object; null for none.</summary>
    public string? Parameters { get; init; }

    /// <summary>A schema that cannot be enforced is refused. Without it, such a function is called with any object.</summary>
    public bool Strict { get; init; }
}

/// <summary>Whether and what the model calls.</summary>
public sealed record ToolChoice
{
    /// <summary><c>auto</c>: as it likes; <c>required</c>: at least one; <c>none</c>: nothing, and it does not see the tools.</summary>
    public string Mode { get; init; } = "auto";

    /// <summary>With <c>required</c>: the one function that is called; null for any.</summary>
    public string? Name { get; init; }

    /// <summary>Whether one answer may hold several calls, where the model's template can write them.</summary>
    public bool Parallel { get; init; } = true;
}

/// <summary>A call of a tool.</summary>
public sealed record ToolCall
{
    /// <summary>Names it to the turn that answers it.</summary>
    public required string Id { get; init; }

    /// <summary>The function.</summary>
    public required string Name { get; init; }

    /// <summary>JSON object; cut off where the answer ended with <c>length</c>.</summary>
    public required string Arguments { get; init; }
}

/// <summary>A piece of a call, in the piece of the answer it came with.</summary>
public sealed record ToolCallPiece
{
    /// <summary>Which of the answer's calls, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The call's id, with its first piece.</summary>
    public string? Id { get; init; }

    /// <summary>The function, with its first piece.</summary>
    public string? Name { get; init; }

    /// <summary>Arguments to add: whole characters only.</summary>
    public string Arguments { get; init; } = "";
}
