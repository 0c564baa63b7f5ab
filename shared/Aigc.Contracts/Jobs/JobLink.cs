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
}
