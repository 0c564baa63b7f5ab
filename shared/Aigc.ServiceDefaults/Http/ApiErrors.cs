using System.Text.Json;
using System.Text.Json.Serialization;
using Aigc.Contracts;
using Aigc.Contracts.Orchestration;
using Microsoft.AspNetCore.Http;

namespace Aigc.ServiceDefaults.Http;

/// <summary>The API's one error form: <c>{"error":{"message","type","param","code"}}</c>, all four always present.</summary>
public static class ApiErrors
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    /// <summary>An error as a result of a route.</summary>
    public static IResult Result(int status, string code, string message, string? param = null) => Results.Json(Body(status, code, message, param), Json, statusCode: status);

    /// <summary>A problem as a result of a route.</summary>
    public static IResult Result(Problem problem) => Result(StatusOf(problem), problem.Code, problem.Message, problem.Param);

    /// <summary>404 for something this tenant does not have, whoever else does.</summary>
    public static IResult NotFound(string what, string id) => Result(StatusCodes.Status404NotFound, "not_found", $"There is no {what} '{id}'.");

    /// <summary>Writes an error as the whole response.</summary>
    public static Task Write(HttpContext context, int status, string code, string message, string? param = null)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(Body(status, code, message, param), Json, context.RequestAborted);
    }

    /// <summary>Writes a problem as the whole response.</summary>
    public static Task Write(HttpContext context, Problem problem) => Write(context, StatusOf(problem), problem.Code, problem.Message, problem.Param);

    private static int StatusOf(Problem problem) => problem switch
    {
        { Code: Quota.Code or "rate_limit_exceeded" } => StatusCodes.Status429TooManyRequests,
        { Transient: true } => StatusCodes.Status503ServiceUnavailable,
        { Code: "not_found" or "model_not_found" } => StatusCodes.Status404NotFound,
        { Code: "conflict" } => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>The form itself, for errors that stand inside something else.</summary>
    public static object Body(int status, string code, string message, string? param) =>
        new ErrorBody(new ErrorDetail(message, code == Quota.Code ? code : TypeOf(status), param, code));

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        409 => "conflict_error",
        429 => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    private sealed record ErrorBody(ErrorDetail Error);

    private sealed record ErrorDetail(string Message, string Type, string? Param, string? Code);
}
