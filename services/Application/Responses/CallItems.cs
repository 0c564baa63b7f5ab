using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;

namespace Aigc.Application.Responses;

/// <summary>Calls of functions, and what came of them.</summary>
internal static class CallItems
{
    public const string Call = "function_call";
    public const string Output = "function_call_output";

    private const int MaxId = 256;
    private const int MostParts = 1024;

    /// <summary>The id of a call as an item of the response that makes it.</summary>
    public static string IdOf(ResponseDocument response, int index) => $"fc_{response.Generation:N}{index:D3}";

    /// <summary>The calls of an answer as items of the next input.</summary>
    public static IEnumerable<ResponseItem> Of(ResponseDocument answer) => answer.Calls.Select((call, index) => new ResponseItem
    {
        Id = IdOf(answer, index),
        Type = Call,
        Role = "assistant",
        CallId = call.Id,
        Name = call.Name,
        Arguments = call.Arguments,
    });

    public static ResponseItem Read(JsonElement item, string at) => new()
    {
        Id = $"fc_{Guid.NewGuid():N}",
        Type = Call,
        Role = "assistant",
        CallId = CallId(item, at),
        Name = Text(item, "name") is { } name && ToolFields.IsName(name) ? name : throw RequestBody.Invalid($"{at}.name", "A call names a function."),
        Arguments = Text(item, "arguments") is { } arguments && ChatMessages.IsObject(arguments)
            ? arguments
            : throw RequestBody.Invalid($"{at}.arguments", "The arguments of a call are a string with a JSON object in it."),
    };

    public static object Write(ResponseItem item) => new { item.Id, item.Type, Status = "completed", item.CallId, item.Name, item.Arguments };

    public static ChatTurn Turn(ResponseItem item) => new()
    {
        Role = "assistant",
        Content = "",
        ToolCalls = [new ToolCall { Id = item.CallId!, Name = item.Name!, Arguments = item.Arguments! }],
    };

    public static ResponseItem ReadOutput(JsonElement item, string at) => new()
    {
        Id = $"fco_{Guid.NewGuid():N}",
        Type = Output,
        Role = "tool",
        CallId = CallId(item, at),
        Parts = [new(MessageItems.Input, item.TryGetProperty("output", out var output) ? Said(output, $"{at}.output") : throw RequestBody.Invalid($"{at}.output", "The output of a call is missing."))],
    };

    public static object WriteOutput(ResponseItem item) => new { item.Id, item.Type, Status = "completed", item.CallId, Output = item.Parts[0].Text };

    public static ChatTurn TurnOfOutput(ResponseItem item) => new() { Role = "tool", Content = item.Parts[0].Text, ToolCallId = item.CallId };

    private static string CallId(JsonElement item, string at) => Text(item, "call_id") is { Length: > 0 and <= MaxId } id
        ? id
        : throw RequestBody.Invalid($"{at}.call_id", $"A call has a call_id of at most {MaxId} characters.");

    private static string Said(JsonElement output, string at) => output.ValueKind switch
    {
        JsonValueKind.String => output.GetString()!,
        JsonValueKind.Array when output.GetArrayLength() <= MostParts => string.Concat(output.EnumerateArray().Select((part, index) => Part(part, $"{at}[{index}]"))),
        _ => throw RequestBody.Invalid(at, $"The output of a call is a string or a list of at most {MostParts} text parts."),
    };

    private static string Part(JsonElement part, string at) =>
        part.ValueKind == JsonValueKind.Object && Text(part, "type") == MessageItems.Input && Text(part, "text") is { } text
            ? text
            : throw RequestBody.Unsupported(at, $"Only parts of type {MessageItems.Input} with a text can be read by this model.");

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
