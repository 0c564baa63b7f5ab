namespace Aigc.Gateway.Routing;

/// <summary>What a caller may open.</summary>
internal static class Scopes
{
    /// <summary>Everything.</summary>
    public const string All = "*";

    /// <summary>Open to every caller, whatever its scopes.</summary>
    public const string Any = "";

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

    /// <summary>Keys, users, tenants, the audit log.</summary>
    public const string Admin = "admin";

    /// <summary>Every scope by its own name.</summary>
    public static IReadOnlyList<string> Named { get; } = [Generate, Data, Annotate, Train, Publish, Look, Admin];

    /// <summary>Whether these scopes open what needs that one.</summary>
    public static bool Open(IReadOnlyList<string> scopes, string needed) => needed == Any || scopes.Contains(All) || scopes.Contains(needed);

    /// <summary>Whether whoever has these may hand out those: nobody gives more than they have.</summary>
    public static bool Cover(IReadOnlyList<string> own, IReadOnlyList<string> given) => own.Contains(All) || given.All(own.Contains);

    /// <summary>What both of two lists open.</summary>
    public static IReadOnlyList<string> Both(IReadOnlyList<string> one, IReadOnlyList<string> other) =>
        one.Contains(All) ? other : other.Contains(All) ? one : [.. one.Intersect(other)];
}
