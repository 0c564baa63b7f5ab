namespace Aigc.Contracts.Jobs;

/// <summary>Places a command in the tree of jobs it belongs to. The root is what a user asked for.</summary>
public sealed record JobLink
{
    /// <summary>Identity of the job the user asked for; equals the job's own id at the root.</summary>
    public required Guid RootId { get; init; }

    /// <summary>The job that ordered this one; null at the root.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Tenant that owns the work and everything it makes.</summary>
    public required string Tenant { get; init; }

    /// <summary>Id of the key it was asked for with (<c>key_…</c>); null where there was none. Its account is charged beside the tenant's.</summary>
    public string? Key { get; init; }

    /// <summary>Id of the person it was asked for by (<c>user_…</c>); null where there is none.</summary>
    public string? User { get; init; }

    /// <summary>What was set aside for it before it started; null where nothing was.</summary>
    public Charge? Charge { get; init; }
}

/// <summary>Money that was set aside for one piece of work, and the prices it was reckoned with: the work costs what they say and never more than that.</summary>
public sealed record Charge
{
    /// <summary>Whose block it was taken from: a process of the application.</summary>
    public required string Holder { get; init; }

    /// <summary>The most it costs, in billionths of the currency.</summary>
    public required long Most { get; init; }

    /// <summary>Prices by meter; see <see cref="Orchestration.Meters"/>.</summary>
    public required IReadOnlyDictionary<string, long> Rates { get; init; }
}
