using Aigc.Gateway.Routing;

namespace Aigc.Gateway.Users;

/// <summary>What a person is in their tenant, and the scopes that gives them.</summary>
internal static class Roles
{
    public const string Owner = "owner";
    public const string Operator = "operator";
    public const string Annotator = "annotator";
    public const string Viewer = "viewer";

    private static readonly Dictionary<string, IReadOnlyList<string>> Table = new(StringComparer.Ordinal)
    {
        [Owner] = [Scopes.All],
        [Operator] = [Scopes.Generate, Scopes.Data, Scopes.Annotate, Scopes.Train, Scopes.Publish, Scopes.Look],
        [Annotator] = [Scopes.Annotate, Scopes.Look],
        [Viewer] = [Scopes.Look],
    };

    /// <summary>Those that open most come first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Owner, Operator, Annotator, Viewer];

    public static bool Exist(string role) => Table.ContainsKey(role);

    /// <summary>Scopes of a role; none for one that does not exist.</summary>
    public static IReadOnlyList<string> ScopesOf(string role) => Table.GetValueOrDefault(role, []);
}
