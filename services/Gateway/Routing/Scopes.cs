namespace Aigc.Gateway.Routing;

/// <summary>What a key may open.</summary>
internal static class Scopes
{
    /// <summary>Everything.</summary>
    public const string All = "*";

    /// <summary>Ask models, read their answers.</summary>
    public const string Generate = "generate";

    /// <summary>Sources and datasets.</summary>
    public const string Data = "data";

    /// <summary>Label.</summary>
    public const string Annotate = "annotate";

    /// <summary>Train models and run chains.</summary>
    public const string Train = "train";

    /// <summary>Publish.</summary>
    public const string Publish = "publish";

    /// <summary>Studio, jobs, lineage and whatever else can be looked at.</summary>
    public const string Look = "look";
}
