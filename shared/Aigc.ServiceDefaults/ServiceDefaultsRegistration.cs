using Aigc.ServiceDefaults.Files;
using Aigc.ServiceDefaults.Http;
using Aigc.ServiceDefaults.Telemetry;
using Aigc.Storage;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aigc.ServiceDefaults;

/// <summary>What every service has: stores, telemetry, health, trust in the gateway, errors in one form.</summary>
public static class ServiceDefaultsRegistration
{
    /// <summary>Adds the defaults.</summary>
    public static IHostApplicationBuilder AddServiceDefaults(this IHostApplicationBuilder builder)
    {
        builder.AddTelemetry();
        builder.Services.AddStorage(builder.Configuration);
        builder.Services.AddSingleton<AigcPaths>();
        builder.Services.AddSingleton<FileRoots>();
        builder.Services.AddOptions<LeftoverOptions>().BindConfiguration("Aigc:Leftovers");
        builder.Services.AddHostedService<Leftovers>();
        builder.Services.AddOptions<GatewayTrustOptions>()
            .Bind(builder.Configuration.GetSection("Aigc:Gateway"))
            .Validate(o => o.InternalToken is { Length: >= 32 }, "Aigc:Gateway:InternalToken must be set to a secret of at least 32 characters, the same for the gateway and every service.")
            .ValidateOnStart();
        builder.Services.AddHealthChecks();
        // Outside development a body or a parameter that cannot be read would be an answer without a word; thrown, it becomes one in the API's form.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.DefaultIgnoreCondition = DocumentJson.Options.DefaultIgnoreCondition;
            foreach (var converter in DocumentJson.Options.Converters)
            {
                options.SerializerOptions.Converters.Add(converter);
            }
        });
        return builder;
    }

    /// <summary>Adds errors in one form and the check that a request came through the gateway.</summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.UseErrorAnswers();
        app.UseMiddleware<GatewayTrust>();
        app.MapHealth();
        return app;
    }

    /// <summary>Errors in one form alone: for the gateway, which cannot come through itself.</summary>
    public static void UseErrorAnswers(this WebApplication app) => app.UseMiddleware<ErrorAnswers>();

    /// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: its bus is connected.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions());
    }
}
