using System.ClientModel;
using System.Diagnostics.CodeAnalysis;
using OpenAI;

namespace Aigc.Application.Tests.Conformance;

/// <summary>One thing a client must be able to do. The table's row is <see cref="Endpoint"/> and <see cref="What"/>; the npm client's checks have the same names.</summary>
internal sealed record Check(string Endpoint, string What, Func<Clients, Task> Run);

/// <summary>The official .NET client as a user makes it: a base URL and a key, nothing else.</summary>
internal sealed class Clients(Uri endpoint)
{
    public const string Model = "small-one";
    public const string Classifier = "moderation";

    public OpenAIClient OpenAI { get; } = Of(endpoint, ConformanceHost.Key);

    /// <summary>A client whose first request is answered with 503.</summary>
    public OpenAIClient Unlucky() => Of(endpoint, $"{ConformanceHost.BusyKey}-{Guid.NewGuid():N}");

    public static async Task<ClientResultException> Refused(Func<Task> call) => await Assert.ThrowsAsync<ClientResultException>(call);

    [SuppressMessage("Reliability", "CA2000", Justification = "The client owns nothing that is disposed.")]
    private static OpenAIClient Of(Uri endpoint, string key) => new(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = endpoint });
}
