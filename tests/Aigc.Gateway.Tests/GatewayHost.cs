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
    private readonly GatewayHost? _first;

    private GatewayHost(WebApplication gateway, Upstream upstream, string dataRoot, string key, GatewayHost? first)
    {
        _gateway = gateway;
        _first = first;
        DataRoot = dataRoot;
        Upstream = upstream;
        Key = key;
        Address = AddressOf(gateway);
    }

    public Upstream Upstream { get; }

    public string Key { get; }

    public Uri Address { get; }

    public string DataRoot { get; }

    public ApiKeys Keys => _gateway.Services.GetRequiredService<ApiKeys>();

    public T Get<T>()
        where T : notnull => _gateway.Services.GetRequiredService<T>();

    /// <summary>A gateway of its own, or another one beside the first: on the same documents, before the same service.</summary>
    public static async Task<GatewayHost> Start(Dictionary<string, string?>? settings = null, GatewayHost? beside = null, TimeProvider? time = null)
    {
        var dataRoot = beside?.DataRoot ?? Directory.CreateTempSubdirectory("aigc-gateway-").FullName;
        var upstream = beside?.Upstream ?? await Upstream.Start();
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
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        builder.AddServiceDefaults();
        builder.AddGateway();
        var app = builder.Build();
        app.UseGateway();
        app.MapHealth();
        app.MapGateway();
        var first = await app.EnsureFirstKey();
        await app.StartAsync();
        return new GatewayHost(app, upstream, dataRoot, first!.Secret, beside);
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

    /// <summary>The secret of a new key.</summary>
    public async Task<string> NewKey(string tenant, params string[] scopes) => (await Keys.Create(new KeyOrder(tenant, "test", scopes))).Secret;

    /// <summary>A browser: it keeps cookies.</summary>
    public HttpClient Browser() => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        await _gateway.StopAsync();
        await _gateway.DisposeAsync();
        if (_first is null)
        {
            await Upstream.DisposeAsync();
            Directory.Delete(DataRoot, recursive: true);
        }
    }

    internal static Uri AddressOf(IHost host) =>
        new(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
}
