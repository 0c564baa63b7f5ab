using Aigc.Contracts;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http;

namespace Aigc.Application.OpenAI;

/// <summary>Workers' problems as statuses that OpenAI's clients know: what they repeat by themselves, and what they do not.</summary>
internal static class Refusals
{
    /// <summary>Writes a problem as the whole response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="input">The parameter that carries the request's text, for problems with its length.</param>
    public static Task Write(HttpContext context, Problem problem, string input)
    {
        var status = StatusOf(problem);
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "5";
        }

        return ApiErrors.Write(context, status, problem.Code, problem.Message, ParamOf(problem, input));
    }

    /// <summary>Its HTTP status: over HTTP, and in the results of a batch.</summary>
    public static int StatusOf(Problem problem) => problem switch
    {
        { Code: Quota.Code or "rate_limit_exceeded" } => StatusCodes.Status429TooManyRequests,
        { Transient: true } => StatusCodes.Status503ServiceUnavailable,
        { Code: "model_not_found" or "not_found" } => StatusCodes.Status404NotFound,
        { Code: "conflict" } => StatusCodes.Status409Conflict,
        { Code: "model_not_loadable" or "model_output_invalid" } => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>The parameter at fault. A worker knows one name for what carries the text; each route has its own.</summary>
    public static string? ParamOf(Problem problem, string input) => problem switch
    {
        { Param: "messages" } or { Param: null, Code: "context_length_exceeded" } => input,
        _ => problem.Param,
    };
}
