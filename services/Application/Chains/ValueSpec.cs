namespace Aigc.Application.Chains;

/// <summary>What a value of a chain file may be. The parser's checks and the published schema are both read off it.</summary>
internal abstract record ValueSpec;

/// <summary>Text: one of <paramref name="OneOf"/>, or anything that is not empty and matches <paramref name="Pattern"/>.</summary>
internal sealed record TextSpec(IReadOnlyList<string>? OneOf = null, string? Pattern = null, string? PatternSays = null, bool MayBeEmpty = false) : ValueSpec;

/// <summary>A number. <paramref name="Above"/> is excluded, the others included.</summary>
internal sealed record NumberSpec(double? Above = null, double? AtLeast = null, double? AtMost = null, bool Whole = false) : ValueSpec;

/// <summary>True or false.</summary>
internal sealed record FlagSpec : ValueSpec;

/// <summary>A list of at least <paramref name="AtLeast"/> items.</summary>
internal sealed record ListSpec(ValueSpec Item, int AtLeast = 0) : ValueSpec;

/// <summary>Keys and what belongs under them.</summary>
internal sealed record MapSpec(params IReadOnlyList<KeySpec> Keys) : ValueSpec;

/// <summary>One key.</summary>
internal sealed record KeySpec(string Name, ValueSpec Value, string About, bool Required = false);
