using System.Net;
using System.Net.Http.Headers;
using Aigc.Gateway.Keys;
using Aigc.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aigc.Gateway.Tests;

/// <summary>A real gateway on a real port, with one real service behind it that tells what reached it.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public static readonly string InternalToken = new('t', 32);

    private readonly WebApplication _gateway;
    private readonly string _dataRoot;

    private GatewayHost(WebApplication gateway, Upstream upstream, string dataRoot, string key)
    {
        _gateway = gateway;
        _dataRoot = dataRoot;
        Upstream = upstream;
        Key = key;
        Address = AddressOf(gateway);
    }

    public Upstream Upstream { get; }

    public string Key { get; }

    public Uri Address { get; }

    public ApiKeys Keys => _gateway.Services.GetRequiredService<ApiKeys>();

    public static async Task<GatewayHost> Start(Dictionary<string, string?>? settings = null)
    {
        var dataRoot = Directory.CreateTempSubdirectory("aigc-gateway-").FullName;
        var upstream = await Upstream.Start();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = dataRoot,
            ["Aigc:Gateway:InternalToken"] = InternalToken,
            ["Aigc:Gateway:Upstreams:default"] = upstream.Address.ToString(),
            ["Aigc:Gateway:Upstreams:distribution"] = "http://127.0.0.1:1/",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddGateway();
        var app = builder.Build();
        app.UseGateway();
        app.MapHealth();
        app.MapGateway();
        var first = await app.EnsureFirstKey();
        await app.StartAsync();
        return new GatewayHost(app, upstream, dataRoot, first!.Secret);
    }

    /// <summary>A client without a key and without cookies that follows nothing.</summary>
    public HttpClient Stranger() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };

    /// <summary>A program with a key.</summary>
    public HttpClient Program(string? key = null)
    {
        var client = Stranger();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key ?? Key);
        return client;
    }

    /// <summary>A browser: it keeps cookies.</summary>
    public HttpClient Browser() => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        await _gateway.StopAsync();
        await _gateway.DisposeAsync();
        await Upstream.DisposeAsync();
        Directory.Delete(_dataRoot, recursive: true);
    }

    internal static Uri AddressOf(IHost host) =>
        new(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
}
