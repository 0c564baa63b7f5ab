using Aigc.Contracts.ModelTraining;

namespace Aigc.Contracts.Orchestration;

/// <summary>Event: the registry knows this model by this name from now on. It is served unless another of the name was promoted (<see cref="ModelVersions"/>).</summary>
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
    /// <summary>Newest first, every version of every name; none that was erased.</summary>
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

    /// <summary>When somebody last chose it to be the one that is served; null where nobody has.</summary>
    public DateTimeOffset? PromotedAt { get; init; }

    /// <summary>Who erased it and when. What is left of it is this entry; its files are gone.</summary>
    public Erasure? Erased { get; init; }
}

/// <summary>That something was erased.</summary>
public sealed record Erasure
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Id of the person or the key.</summary>
    public required string By { get; init; }
}

/// <summary>Which of a name's versions is served. The one place that says it.</summary>
public static class ModelVersions
{
    /// <summary>What tells a version from the others of its name: the digest of what is its own, which is the adapter's folder where it has one.</summary>
    public static string DigestOf(ModelRef model) => (model.Adapter ?? model.Folder).Digest;

    /// <summary>The version that was promoted last, else the newest; null where there is none. Erased ones do not count.</summary>
    public static RegisteredModel? Current(IEnumerable<RegisteredModel> versions) =>
        versions.Where(version => version.Erased is null).MaxBy(version => (version.PromotedAt ?? DateTimeOffset.MinValue, version.At));

    /// <summary>The version that was registered before the one that is served: where rolling back leads; null where there is none.</summary>
    public static RegisteredModel? Earlier(IReadOnlyCollection<RegisteredModel> versions) =>
        Current(versions) is { } served ? versions.Where(version => version.Erased is null && version.At < served.At).MaxBy(version => version.At) : null;
}

/// <summary>Event: another version of a name is served from now on.</summary>
public sealed record ModelPromoted
{
    /// <summary>Tenant that owns it.</summary>
    public required string Tenant { get; init; }

    /// <summary>The version that is served.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>Event: a version was erased: it is served no more. Whoever holds copies of what is gone deletes them.</summary>
public sealed record ModelErased
{
    /// <summary>Tenant that owned it.</summary>
    public required string Tenant { get; init; }

    /// <summary>The version.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>Digests of the folders that no other model refers to: their files are deleted.</summary>
    public required IReadOnlyList<string> Gone { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>Event: the registry cannot take a model.</summary>
public sealed record ModelNotRegistered
{
    /// <summary>The run that made it.</summary>
    public required Guid RunId { get; init; }

    /// <summary>Why; code <c>model_incomplete</c> when files of it were erased meanwhile.</summary>
    public required Problem Problem { get; init; }
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

/// <summary>Command: put a model into the registry; answered by the event <see cref="ModelRegistered"/> or <see cref="ModelNotRegistered"/>. Registering it again changes nothing.</summary>
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
