namespace Aigc.Models.Text;

/// <summary>Tokens that no text can spell: they come from the format alone. Their ids are 0 to 4 in the vocabularies trained here.</summary>
public static class SpecialTokens
{
    /// <summary>Starts every sequence.</summary>
    public const string Bos = "<|bos|>";

    /// <summary>Ends a document or a turn.</summary>
    public const string End = "<|end|>";

    /// <summary>A person's turn follows.</summary>
    public const string User = "<|user|>";

    /// <summary>The model's turn follows.</summary>
    public const string Assistant = "<|assistant|>";

    /// <summary>Standing instructions follow.</summary>
    public const string System = "<|system|>";

    /// <summary>All, in the order of their ids.</summary>
    public static IReadOnlyList<string> All { get; } = [Bos, End, User, Assistant, System];
}
