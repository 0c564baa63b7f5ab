using Aigc.Contracts;
using Aigc.Contracts.Jobs;

namespace Aigc.ServiceDefaults.Work;

/// <summary>
/// Work that takes longer than a delivery may be held. Its command is acknowledged into a leased record; any process of the service
/// may run it, and takes it over when the one that ran it is gone. So <see cref="Run"/> must be repeatable: from its last
/// checkpoint, or from the start.
/// </summary>
public interface IWork<in TCommand>
    where TCommand : class
{
    /// <summary>Business id of the effect: the same id is done once.</summary>
    string IdOf(TCommand command);

    /// <summary>The job the work is part of.</summary>
    (Guid JobId, JobLink Job) JobOf(TCommand command);

    /// <summary>Does the work and returns the event to publish.</summary>
    /// <exception cref="ProblemException">Only other input helps: published at once as <see cref="Failed"/>. Anything else is tried again.</exception>
    Task<object> Run(TCommand command, WorkContext context, CancellationToken ct);

    /// <summary>The event to publish when the work cannot succeed.</summary>
    object Failed(TCommand command, Problem problem);
}
