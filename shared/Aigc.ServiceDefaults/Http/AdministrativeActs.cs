using Aigc.Contracts.Gateway;
using MassTransit;
using Microsoft.AspNetCore.Http;

namespace Aigc.ServiceDefaults.Http;

/// <summary>Tells of acts that others may have to account for: the gateway writes them into the audit log. Told after they were done, before they are answered.</summary>
public sealed class AdministrativeActs(IBus bus, TimeProvider time)
{
    private const string RequestId = "x-request-id";

    /// <summary>An act of the caller of a request.</summary>
    /// <param name="http">The request, which passed the gateway check.</param>
    /// <param name="act">What was done: noun, dot, past participle.</param>
    /// <param name="target">On what.</param>
    /// <param name="details">What else matters; never a secret and never content.</param>
    /// <param name="once">For an act that may be told again: its own id and time, by which the log knows it.</param>
    public Task Tell(HttpContext http, string act, string target, IReadOnlyDictionary<string, string>? details = null, (Guid Id, DateTimeOffset At)? once = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        var caller = http.Caller();
        var (id, at) = once ?? (Guid.NewGuid(), time.GetUtcNow());
        // What was done was done: a caller who hangs up does not keep it out of the log.
        return bus.Publish(
            new AdministrativeAct
            {
                ActId = id,
                Tenant = caller.Tenant,
                Act = act,
                Target = target,
                At = at,
                User = caller.User,
                Key = caller.Key,
                Request = http.Request.Headers[RequestId].ToString() is { Length: > 0 } request ? request : null,
                Details = details ?? new Dictionary<string, string>(),
            },
            CancellationToken.None);
    }
}
