using System.Text.Json;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aigc.ServiceDefaults.Http;

/// <summary>Turns what a route throws into the API's error form. Nothing of an unexpected failure but its request id leaves the house.</summary>
internal sealed partial class ErrorAnswers(RequestDelegate next, ILogger<ErrorAnswers> logger)
{
    public async Task Invoke(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: 404 or 405, ContentLength: null, ContentType: null })
            {
                await ApiErrors.Write(context, context.Response.StatusCode, "unknown_route", $"{context.Request.Method} {context.Request.Path} is not a route of this API.");
            }
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            await Answer(context, failure);
        }
    }

    private Task Answer(HttpContext context, Exception failure)
    {
        switch (failure)
        {
            case ProblemException refused:
                return ApiErrors.Write(context, refused.Problem);
            case BadHttpRequestException bad:
                return ApiErrors.Write(context, bad.StatusCode, "bad_request", Reason(bad));
            case OperationCanceledException when context.RequestAborted.IsCancellationRequested:
                context.Response.StatusCode = 499;
                return Task.CompletedTask;
            case RequestTimeoutException:
                context.Response.Headers.RetryAfter = "5";
                return ApiErrors.Write(context, StatusCodes.Status503ServiceUnavailable, "service_unavailable", "The service that answers this did not answer in time; try again.");
            default:
                Unexpected(logger, failure, context.TraceIdentifier);
                return ApiErrors.Write(context, StatusCodes.Status500InternalServerError, "internal_error", $"Something went wrong; the log names it by request id {context.TraceIdentifier}.");
        }
    }

    private static string Reason(BadHttpRequestException bad) => bad.InnerException is JsonException json
        ? $"The body is not what this route reads: {json.Message}"
        : bad.Message;

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed.")]
    private static partial void Unexpected(ILogger logger, Exception failure, string requestId);
}
