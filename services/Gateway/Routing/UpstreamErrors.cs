using Aigc.ServiceDefaults.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Aigc.Gateway.Routing;

/// <summary>Says in the API's error form that a service is away, or that the body broke off on its way in.</summary>
internal static class UpstreamErrors
{
    private const string RetryAfterSeconds = "2";

    public static void UseUpstreamErrors(this IReverseProxyApplicationBuilder proxy)
    {
        proxy.Use(async (context, next) =>
        {
            await next(context);
            if (context.Features.Get<IForwarderErrorFeature>() is { } failed && !context.Response.HasStarted)
            {
                await Answer(context, failed);
            }
            else if (context is { Response: { HasStarted: false, StatusCode: StatusCodes.Status503ServiceUnavailable } })
            {
                await Away(context);
            }
        });
        proxy.UseSessionAffinity();
        proxy.UseLoadBalancing();
        proxy.UsePassiveHealthChecks();
    }

    private static Task Answer(HttpContext context, IForwarderErrorFeature failed)
    {
        if (TooLarge(failed.Exception))
        {
            return ApiErrors.Write(context, StatusCodes.Status413PayloadTooLarge, "body_too_large", "The request body is larger than this route takes.");
        }

        return failed.Error switch
        {
            ForwarderError.RequestBodyClient => ApiErrors.Write(context, StatusCodes.Status400BadRequest, "bad_request", "The request body broke off."),
            ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.ResponseBodyCanceled or ForwarderError.UpgradeRequestCanceled
                when context.RequestAborted.IsCancellationRequested => Task.CompletedTask,
            _ => Away(context),
        };
    }

    private static Task Away(HttpContext context)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return ApiErrors.Write(
            context, StatusCodes.Status503ServiceUnavailable, "service_unavailable", $"The {RouteTable.Of(context.Request.Path).Service} service does not answer; try again.");
    }

    private static bool TooLarge(Exception? failure) => failure switch
    {
        null => false,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => true,
        AggregateException several => several.InnerExceptions.Any(TooLarge),
        _ => TooLarge(failure.InnerException),
    };
}
