using Aigc.Application.Studio.Platform;
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
        builder.Services.AddScoped<StudioSession>();
        builder.Services.AddHttpClient(PlatformApi.Client);
        builder.Services.AddSingleton<ServiceAddresses>().AddScoped<PlatformApi>();
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
/// Whose Studio a circuit shows. The page that opens the circuit came through the gateway and names the tenant; it travels to the
/// circuit inside the component's protected descriptor, which a browser can neither read nor change.
/// </summary>
internal sealed class StudioSession
{
    public string Tenant { get; set; } = "";

    /// <summary>Who sits in front of it: the account's name, or that of the key they signed in with.</summary>
    public string Person { get; set; } = "studio";
}
