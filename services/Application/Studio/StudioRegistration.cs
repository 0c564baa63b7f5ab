using Aigc.Application.Studio.Platform;
using Aigc.Application.Studio.Talk;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MudBlazor.Services;

namespace Aigc.Application.Studio;

/// <summary>Wires Studio, the web application.</summary>
internal static class StudioRegistration
{
    public static void AddStudio(this IHostApplicationBuilder builder)
    {
        // A host that is run from its build output (not published) finds the files of its libraries through a manifest, whatever the environment is called.
        if (builder is WebApplicationBuilder web)
        {
            web.WebHost.UseStaticWebAssets();
        }

        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddMudServices();
        builder.Services.AddScoped<StudioSession>().AddScoped<PromptHistory>();
        builder.Services.AddHttpClient(PlatformApi.Client);
        builder.Services.AddSingleton<ServiceAddresses>().AddScoped<PlatformApi>().AddScoped<GatewayApi>();
    }

    public static void MapStudio(this IEndpointRouteBuilder app)
    {
        // Pages carry antiforgery metadata, which asks for its middleware; in every host here the route builder is the application.
        (app as IApplicationBuilder)?.UseAntiforgery();
        // The manifest belongs to the host. One that is no web project (a test of something else) has none, and does without styles.
        var host = app.ServiceProvider.GetRequiredService<IHostEnvironment>().ApplicationName;
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, $"{host}.staticwebassets.endpoints.json")))
        {
            app.MapStaticAssets();
        }

        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }
}

/// <summary>
/// Whose Studio a circuit shows. The page that opens the circuit came through the gateway and names the caller; that travels to the
/// circuit inside the component's protected descriptor, which a browser can neither read nor change. What the gateway checks of every request is checked here
/// of every act, since a circuit is one request for as long as it lives.
/// </summary>
internal sealed class StudioSession
{
    /// <summary>Who sits in front of it.</summary>
    public RequestCaller Caller { get; set; } = new() { Tenant = "" };

    /// <summary>Whose data is shown.</summary>
    public string Tenant => Caller.Tenant;

    /// <summary>Refuses an act that the caller's account or key does not allow.</summary>
    /// <exception cref="ProblemException">Names the scope that is missing.</exception>
    public void Require(string scope)
    {
        if (!Caller.May(scope))
        {
            throw new ProblemException("scope_missing", $"Your account may not do this: it lacks '{scope}'. An owner can change your role.");
        }
    }
}
