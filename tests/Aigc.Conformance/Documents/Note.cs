using Aigc.Storage.Documents;
using Aigc.Storage.Leases;

namespace Aigc.Conformance.Documents;

/// <summary>A document with one property of every kind that is queried.</summary>
public sealed class Note : ILeased
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public Lease? Lease { get; set; }

    public string? Text { get; set; }

    public NoteStatus Status { get; set; }

    public DateTimeOffset? Due { get; set; }

    public int Number { get; set; }

    public double Score { get; set; }

    public bool Flag { get; set; }

    public Guid? Owner { get; set; }

    public Dictionary<string, string> Facts { get; set; } = [];

    public List<string> Log { get; set; } = [];
}

public enum NoteStatus
{
    Open,
    Done,
}
