using Aigc.Contracts.ModelTraining;

namespace Aigc.Contracts.Orchestration;

/// <summary>Event: the registry knows this model by this name from now on. The newest registration of a name is served.</summary>
public sealed record ModelRegistered
{
    /// <summary>The run that made it.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The model.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>Tenant that owns it.</summary>
    public required string Tenant { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>Request to the registry; answered with <see cref="ModelList"/>.</summary>
[Queue("orchestration.registry")]
public sealed record ListModels
{
    /// <summary>Tenant that asks.</summary>
    public required string Tenant { get; init; }

    /// <summary>Only this name or digest; null for all.</summary>
    public string? Model { get; init; }
}

/// <summary>Reply: the models a tenant may use.</summary>
public sealed record ModelList
{
    /// <summary>By name, newest first.</summary>
    public required IReadOnlyList<RegisteredModel> Models { get; init; }
}

/// <summary>A registry entry.</summary>
public sealed record RegisteredModel
{
    /// <summary>The model.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The run that made it.</summary>
    public Guid? RunId { get; init; }

    /// <summary>How good it is, where it was trained here.</summary>
    public EvaluationReport? Evaluation { get; init; }
}

/// <summary>Request to the lineage index; answered with <see cref="LineageGraph"/>.</summary>
[Queue("orchestration.lineage")]
public sealed record TraceLineage
{
    /// <summary>Tenant that asks.</summary>
    public required string Tenant { get; init; }

    /// <summary>A node's id (digest or id), or a job's id: everything it came from and everything made from it.</summary>
    public required string Id { get; init; }
}

/// <summary>Reply: the part of the lineage graph around one node.</summary>
public sealed record LineageGraph
{
    /// <summary>Activities, oldest first. Their inputs and outputs are the edges.</summary>
    public required IReadOnlyList<LineageRecorded> Activities { get; init; }
}

/// <summary>Command: put a model into the registry; answered by the event <see cref="ModelRegistered"/>. Registering it again changes nothing.</summary>
[Queue("orchestration.registry")]
public sealed record RegisterModel
{
    /// <summary>The run that made it; echoed.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The model.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>Tenant that owns it.</summary>
    public required string Tenant { get; init; }

    /// <summary>How good it is, where it was measured.</summary>
    public EvaluationReport? Evaluation { get; init; }
}
