using System.Text.Json;

namespace Aigc.Application.Files.Lines;

/// <summary>A line of a batch's input: <c>{"custom_id", "method", "url", "body"}</c>.</summary>
internal static class BatchLine
{
    private const int LongestId = 512;

    /// <summary>What is wrong with the line by itself; what depends on its batch is the batch's to say.</summary>
    public static LineFault? Check(JsonLine line) => line switch
    {
        { Fault: { } fault } => fault,
        _ when line.Text("custom_id") is not { Length: > 0 and <= LongestId } => new("invalid_custom_id", "custom_id", $"custom_id must be a string of 1 to {LongestId} characters."),
        _ when line.Text("method") is null => new("missing_required_parameter", "method", "method must be a string."),
        _ when line.Text("url") is null => new("missing_required_parameter", "url", "url must be a string."),
        _ when !line.Json.TryGetProperty("body", out var body) || body.ValueKind != JsonValueKind.Object => new("missing_required_parameter", "body", "body must be an object."),
        _ => null,
    };
}
