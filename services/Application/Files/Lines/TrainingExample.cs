using System.Text.Json;

namespace Aigc.Application.Files.Lines;

/// <summary>A line to learn from, in OpenAI's chat format: <c>{"messages": [{"role", "content"}, …]}</c>, the last an assistant's.</summary>
internal static class TrainingExample
{
    private static readonly string[] Roles = ["system", "user", "assistant"];

    public static LineFault? Check(JsonLine line) => line switch
    {
        { Fault: { } fault } => fault,
        _ when !line.Json.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0 =>
            Wrong("messages", "messages must be a list of at least one message."),
        _ => Messages([.. line.Json.GetProperty("messages").EnumerateArray()]),
    };

    private static LineFault? Messages(JsonElement[] messages) =>
        messages.Select(Message).FirstOrDefault(fault => fault is not null)
        ?? (messages[^1].GetProperty("role").ValueEquals("assistant") ? null : Wrong($"messages[{messages.Length - 1}].role", "The last message must be the assistant's: it is what is learned."));

    private static LineFault? Message(JsonElement message, int index) => message switch
    {
        { ValueKind: not JsonValueKind.Object } => Wrong($"messages[{index}]", "A message must be an object."),
        _ when Text(message, "role") is not { } role || !Roles.Contains(role) => Wrong($"messages[{index}].role", $"role must be one of {string.Join(", ", Roles)}."),
        _ when Text(message, "content") is null => Wrong($"messages[{index}].content", "content must be a string: text is what can be learned here."),
        _ => null,
    };

    private static string? Text(JsonElement message, string field) =>
        message.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static LineFault Wrong(string field, string message) => new("invalid_training_example", field, message);
}
