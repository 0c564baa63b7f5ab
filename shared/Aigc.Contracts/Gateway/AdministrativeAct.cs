namespace Aigc.Contracts.Gateway;

/// <summary>
/// Event: somebody did something that others may have to account for (promoted a model, erased one, approved a publication, changed
/// a price). Published by the service that did it, after it was done; the gateway writes it into the audit log.
/// </summary>
public sealed record AdministrativeAct
{
    /// <summary>This very act; telling it again adds nothing.</summary>
    public required Guid ActId { get; init; }

    /// <summary>Tenant it was done in.</summary>
    public required string Tenant { get; init; }

    /// <summary>What was done: noun, dot, past participle, for example <c>model.promoted</c>.</summary>
    public required string Act { get; init; }

    /// <summary>On what: the id of the thing.</summary>
    public required string Target { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Id of the person who did it, where it was one.</summary>
    public string? User { get; init; }

    /// <summary>Id of the key it was done with, where it was one.</summary>
    public string? Key { get; init; }

    /// <summary>Id of the request it was done by (<c>req_…</c>).</summary>
    public string? Request { get; init; }

    /// <summary>What else matters, in few words; never a secret and never content.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}
