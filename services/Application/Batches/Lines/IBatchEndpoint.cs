using Aigc.ServiceDefaults;

namespace Aigc.Application.Batches.Lines;

/// <summary>Tokens of one answer.</summary>
internal readonly record struct LineUsage(long Input, long Cached, long Output);

/// <summary>The body a request is answered with, and what it used.</summary>
internal sealed record LineAnswer(object Body, LineUsage Usage);

/// <summary>
/// An endpoint whose requests can come in a batch: the same parsing and the same shape of answer as over HTTP, without a client that
/// waits. Registering one is all it takes to offer it.
/// </summary>
internal interface IBatchEndpoint
{
    /// <summary>Its route.</summary>
    string Route { get; }

    /// <summary>The parameter that carries a request's text, for problems with its length.</summary>
    string Input { get; }

    /// <summary>Answers a request. The same request gives the same answer as long as a worker remembers it.</summary>
    /// <exception cref="ProblemException">It cannot be answered; a transient problem means not yet.</exception>
    Task<LineAnswer> Answer(BatchRequest request, CancellationToken ct);
}
