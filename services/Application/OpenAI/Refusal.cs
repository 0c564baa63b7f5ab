using Aigc.Contracts;
using Microsoft.AspNetCore.Http;

namespace Aigc.Application.OpenAI;

/// <summary>How a problem of a generation is told: the same over HTTP and in a batch.</summary>
internal static class Refusal
{
    /// <summary>Its HTTP status.</summary>
    public static int StatusOf(Problem problem) => problem switch
    {
        { Transient: true } => StatusCodes.Status503ServiceUnavailable,
        { Code: "model_not_found" } => StatusCodes.Status404NotFound,
        { Code: "model_not_loadable" } => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>The parameter at fault, by the name the route has for it.</summary>
    public static string? ParamOf(Problem problem, string? route) => problem switch
    {
        { Param: { } param } => param,
        { Code: "context_length_exceeded" } => route == "/v1/completions" ? "prompt" : "messages",
        _ => null,
    };
}
