namespace Aigc.Gateway.Routing;

/// <summary>One line of the table: requests under the prefix go to the service, for callers with the scope; of one tenant alone, where it is the installation's business.</summary>
internal sealed record DoorRoute(string Prefix, string Service, string Scope, bool Uploads = false, bool InstallationOnly = false)
{
    public bool Matches(PathString path) => Prefix == "/" || path.StartsWithSegments(Prefix, StringComparison.Ordinal);
}

/// <summary>Which service answers what. The longest prefix wins.</summary>
internal static class RouteTable
{
    public const string Application = "application";
    public const string DataSupply = "data-supply";
    public const string Annotation = "annotation";
    public const string ModelTraining = "model-training";
    public const string Inference = "inference";
    public const string Distribution = "distribution";
    public const string Orchestration = "orchestration";

    /// <summary>What the door answers itself.</summary>
    public const string Gateway = "gateway";

    public static IReadOnlyList<DoorRoute> Routes { get; } =
    [
        new("/v1", Application, Scopes.Generate),
        new("/v1/files", Application, Scopes.Data, Uploads: true),
        new("/v1/uploads", Application, Scopes.Data, Uploads: true),
        new("/v1/fine_tuning", Application, Scopes.Train),
        new("/api/account", Gateway, Scopes.Any),
        new("/api/keys", Gateway, Scopes.Admin),
        new("/api/users", Gateway, Scopes.Admin),
        new("/api/tenants", Gateway, Scopes.Admin, InstallationOnly: true),
        new("/api/audit", Gateway, Scopes.Admin),
        new("/openapi/gateway.json", Gateway, Scopes.Any),
        new("/sign-out", Gateway, Scopes.Any),
        new("/api/jobs", Application, Scopes.Look),
        new("/api/chains", Application, Scopes.Train),
        new("/api/generations", Application, Scopes.Generate),
        new("/api/imports", Application, Scopes.Train),
        // Messages are of every tenant.
        new("/api/faults", Application, Scopes.Admin, InstallationOnly: true),
        new("/api/webhooks", Application, Scopes.Publish),
        new("/api/uploads", DataSupply, Scopes.Data, Uploads: true),
        new("/api/datasets", DataSupply, Scopes.Data),
        new("/api/annotation", Annotation, Scopes.Annotate),
        new("/api/training", ModelTraining, Scopes.Train),
        // What a worker has loaded are models of every tenant.
        new("/api/inference", Inference, Scopes.Look, InstallationOnly: true),
        new("/api/publications", Distribution, Scopes.Publish),
        new("/api/verify", Distribution, Scopes.Look),
        new("/api/models", Orchestration, Scopes.Look),
        new("/api/lineage", Orchestration, Scopes.Look),
        new("/api/ledger", Orchestration, Scopes.Look),
        new("/api/usage", Orchestration, Scopes.Look),
        new("/api/prices", Orchestration, Scopes.Admin),
        new("/api/budgets", Orchestration, Scopes.Admin),
        new("/v1/organization", Orchestration, Scopes.Look),
        // Studio, its sockets, the API documents, and the answer to everything unknown.
        new("/", Application, Scopes.Look),
    ];

    /// <summary>Lines that lead to another process.</summary>
    public static IEnumerable<DoorRoute> Onward => Routes.Where(route => route.Service != Gateway);

    /// <summary>Services behind the door.</summary>
    public static IEnumerable<string> Services => Onward.Select(route => route.Service).Distinct();

    /// <summary>The line a path falls under; there always is one.</summary>
    public static DoorRoute Of(PathString path) => ByLength.First(route => route.Matches(path));

    private static IReadOnlyList<DoorRoute> ByLength { get; } = [.. Routes.OrderByDescending(route => route.Prefix.Length)];
}
