using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Contracts;
using Aigc.ServiceDefaults.Http;

namespace Aigc.Application.Batches.Lines;

/// <summary>A line of an output or error file.</summary>
internal sealed record ResultLine(string Id, string CustomId, LineResponse? Response, LineError? Error)
{
    private static readonly TimeSpan KeptAfterwards = TimeSpan.FromDays(1);

    /// <summary>A request that was answered.</summary>
    public static LineResult Answered(BatchRequest request, LineAnswer answer, DateTimeOffset expiresAt) =>
        Result(request.Batch, request.Line, false, Responded(request, 200, answer.Body), answer.Usage, expiresAt);

    /// <summary>A request that was refused or failed, with the error it would have got over HTTP.</summary>
    /// <param name="request">The request.</param>
    /// <param name="input">The parameter that carries its text.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="expiresAt">End of the batch's window.</param>
    public static LineResult Refused(BatchRequest request, string input, Problem problem, DateTimeOffset expiresAt)
    {
        var status = Refusals.StatusOf(problem);
        var body = ApiErrors.Body(status, problem.Code, problem.Message, Refusals.ParamOf(problem, input));
        return Result(request.Batch, request.Line, true, Responded(request, status, body), default, expiresAt);
    }

    /// <summary>A request that was not run.</summary>
    public static LineResult Unrun(Guid batch, int line, string customId, string code, DateTimeOffset expiresAt)
    {
        var message = code == "batch_cancelled"
            ? "This request was not run before the batch was cancelled."
            : "This request was not run before the completion window was over.";
        return Result(batch, line, true, new ResultLine(IdOf(batch, line), customId, null, new LineError(code, message)), default, expiresAt);
    }

    private static ResultLine Responded(BatchRequest request, int status, object body) =>
        new(IdOf(request.Batch, request.Line), request.CustomId, new LineResponse(status, $"req_{request.Id:N}", body), null);

    private static string IdOf(Guid batch, int line) => $"batch_req_{BatchRequest.IdOf(batch, line):N}";

    private static LineResult Result(Guid batch, int line, bool failed, ResultLine text, LineUsage usage, DateTimeOffset expiresAt) => new()
    {
        Id = LineResult.IdOf(batch, line),
        Failed = failed,
        Text = JsonSerializer.Serialize(text, OpenAIJson.Options),
        Usage = usage,
        ExpiresAt = expiresAt + KeptAfterwards,
    };
}

internal sealed record LineResponse(int StatusCode, string RequestId, object Body);

internal sealed record LineError(string Code, string Message);
