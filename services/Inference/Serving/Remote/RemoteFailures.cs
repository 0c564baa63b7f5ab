using System.Net;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Serving.Remote;

/// <summary>A server that did not answer; transient ones are tried again where no token was seen.</summary>
internal sealed class RemoteFailedException(Problem problem, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(problem.Message, inner)
{
    public Problem Problem => problem;

    /// <summary>When the server wants to be asked again, where it said.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}

/// <summary>What a server's refusals are called here. Where it is and what its faults say is nobody's business; what is wrong with a request is the client's.</summary>
internal static class RemoteFailures
{
    private const int MostMessage = 500;

    public static Problem Fault(string engine, string reason) => Problems.EngineFault($"{engine} {reason}: try again later.");

    /// <summary>It said so, or has asked to be left alone for longer than a request may wait.</summary>
    public static Problem Overloaded(string engine) => new()
    {
        Code = "engine_overloaded",
        Message = $"The engine {engine} has too much to do: try again later.",
        Transient = true,
    };

    public static RemoteFailedException Of(string engine, HttpStatusCode status, string body, TimeSpan? retryAfter)
    {
        JsonElement? error = null;
        try
        {
            error = JsonSerializer.Deserialize<JsonElement>(body);
        }
        catch (JsonException)
        {
        }
        return Of(engine, status, error, retryAfter);
    }

    /// <summary>Of an error in place of an answer, or in the middle of its stream.</summary>
    public static RemoteFailedException Of(string engine, HttpStatusCode status, JsonElement? body, TimeSpan? retryAfter = null)
    {
        var error = body is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty("error", out var inner) ? inner : body ?? default;
        var (message, code, type) = (Text(error, "message"), Text(error, "code"), Text(error, "type"));
        return new(status switch
        {
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => Overloaded(engine),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new()
            {
                Code = "engine_fault",
                Message = $"The engine {engine} refused its key: whoever runs this worker sets Aigc:Inference:Remotes:{engine}:ApiKey.",
            },
            HttpStatusCode.NotFound => new()
            {
                Code = "model_not_loadable",
                Message = $"The engine {engine} does not know the model that remote.json names, or has no such interface.",
                Param = RemoteManifest.File,
            },
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge => Refused(message, code, type, Text(error, "param")),
            _ => Fault(engine, FormattableString.Invariant($"answered with status {(int)status}")),
        }, retryAfter);
    }

    private static Problem Refused(string? message, string? code, string? type, string? param)
    {
        message = message is null ? "The engine refused the request." : message[..Math.Min(message.Length, MostMessage)];
        var tooLong = code == "context_length_exceeded" || type == "exceed_context_size_error"
            || message.Contains("maximum context length", StringComparison.OrdinalIgnoreCase);
        return tooLong ? new() { Code = "context_length_exceeded", Message = message, Param = "messages" } : new() { Code = "invalid_request", Message = message, Param = param };
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
