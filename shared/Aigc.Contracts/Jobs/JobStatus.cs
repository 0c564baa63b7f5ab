namespace Aigc.Contracts.Jobs;

/// <summary>Life of a job. The wire form is the lower-case name.</summary>
public enum JobStatus
{
    /// <summary>Accepted; nothing has started.</summary>
    Queued,

    /// <summary>At work.</summary>
    Running,

    /// <summary>Waits for a person (open labelling tasks, an approval) or for a due date.</summary>
    Waiting,

    /// <summary>Finished well.</summary>
    Succeeded,

    /// <summary>Finished with a problem.</summary>
    Failed,

    /// <summary>Stopped on request.</summary>
    Cancelled,
}
