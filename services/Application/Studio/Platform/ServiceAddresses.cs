using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;

namespace Aigc.Application.Studio.Platform;

/// <summary>
/// Where the services are: <c>Aigc:Gateway:Upstreams:&lt;service&gt;</c>, the table the gateway itself routes by. A service that is not named there lives in this
/// process.
/// </summary>
internal sealed class ServiceAddresses(IConfiguration configuration, IServer server)
{
    /// <summary>Base address of a service.</summary>
    public Uri Of(string service) => new(configuration[$"Aigc:Gateway:Upstreams:{service}"] ?? configuration["Aigc:Gateway:Upstreams:default"] ?? Own());

    private string Own() => server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
        ?? throw new InvalidOperationException("The server has no address yet.");
}
