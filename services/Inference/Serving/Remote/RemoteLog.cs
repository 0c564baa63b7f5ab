namespace Aigc.Inference.Serving.Remote;

/// <summary>What is logged of other servers.</summary>
internal static partial class RemoteLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Remote engine {Engine} is healthy")]
    public static partial void Healthy(this ILogger logger, string engine);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Remote engine {Engine} is unhealthy; requests are sent all the same")]
    public static partial void Unhealthy(this ILogger logger, string engine);

    [LoggerMessage(Level = LogLevel.Information, Message = "Remote engine {Engine} has too much to do: requests are held back for {Seconds:f1} s")]
    public static partial void HeldBack(this ILogger logger, string engine, double seconds);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Remote engine {Engine}: generation {GenerationId}, attempt {Attempt} failed and is repeated in {Seconds:f1} s: {Reason}")]
    public static partial void AskedAgain(this ILogger logger, string engine, Guid generationId, int attempt, double seconds, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Remote engine {Engine}: generation {GenerationId} failed: {Reason}")]
    public static partial void Broken(this ILogger logger, string engine, Guid generationId, string reason, Exception error);
}
