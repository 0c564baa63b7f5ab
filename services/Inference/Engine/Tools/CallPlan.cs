using Aigc.Inference.Engine.Constraints;
using Aigc.Inference.Engine.Constraints.Grammars;

namespace Aigc.Inference.Engine.Tools;

/// <summary>How a request may call tools; its answers share it.</summary>
/// <param name="Grammar">What is read and written once calls have begun.</param>
/// <param name="Tokens">The model's tokens as the grammar has them.</param>
/// <param name="Start">A way through the grammar's machine.</param>
internal sealed record CallPlan(CallGrammar Grammar, ITokenText Tokens, Func<JsonConstraint> Start)
{
    /// <summary>The answer is calls and nothing else.</summary>
    public bool Forced { get; init; }

    /// <summary>The special token after which calls begin; −1 for none.</summary>
    public int Token { get; init; } = -1;

    /// <summary>The text after which calls begin; empty where there is none.</summary>
    public string Marker { get; init; } = "";

    /// <summary>Without a token and a marker: what an answer begins with that is a call from its first character on.</summary>
    public string Beginning { get; init; } = "";
}
