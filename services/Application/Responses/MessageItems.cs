using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;

namespace Aigc.Application.Responses;

/// <summary>Messages: short ones (<c>role</c> and a string), long ones with parts, and answers given back.</summary>
internal static class MessageItems
{
    public const string Input = "input_text";
    public const string Output = "output_text";

    private const int MostParts = 1024;

    public static string NewId() => $"msg_{Guid.NewGuid():N}";

    /// <summary>A string as an input.</summary>
    public static ResponseItem Of(string text) => new() { Id = NewId(), Type = ItemTable.Message, Role = "user", Parts = [new(Input, text)] };

    /// <summary>An answer as an item of the next input.</summary>
    public static ResponseItem Of(ResponseDocument answer) => new() { Id = answer.MessageId, Type = ItemTable.Message, Role = "assistant", Parts = [new(Output, answer.Text)] };

    public static ResponseItem Read(JsonElement item, string at)
    {
        var role = item.TryGetProperty("role", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : throw RequestBody.Invalid($"{at}.role", "Every message needs a role.");
        if (role is not ("user" or "assistant" or "system" or "developer"))
        {
            throw RequestBody.Invalid($"{at}.role", $"'{role}' is not a role; it is one of system, developer, user, assistant.");
        }

        return new()
        {
            Id = NewId(),
            Type = ItemTable.Message,
            Role = role,
            Parts = item.TryGetProperty("content", out var content) ? Parts(content, role, $"{at}.content") : throw RequestBody.Invalid($"{at}.content", "Every message needs a content."),
        };
    }

    public static object Write(ResponseItem item) => new
    {
        item.Id,
        item.Type,
        Status = "completed",
        item.Role,
        Content = item.Parts.Select(part => part.Type == Output
            ? (object)new OutputText(part.Type, [], [], part.Text)
            : new { part.Type, part.Text }),
    };

    public static ChatTurn Turn(ResponseItem item) => new()
    {
        Role = item.Role == "developer" ? "system" : item.Role,
        Content = string.Concat(item.Parts.Select(part => part.Text)),
    };

    private static IReadOnlyList<ItemPart> Parts(JsonElement content, string role, string at) => content.ValueKind switch
    {
        JsonValueKind.String => [new(role == "assistant" ? Output : Input, content.GetString()!)],
        JsonValueKind.Array when content.GetArrayLength() <= MostParts => [.. content.EnumerateArray().Select((part, index) => Part(part, $"{at}[{index}]"))],
        JsonValueKind.Array => throw RequestBody.Invalid(at, $"A message has at most {MostParts} parts."),
        _ => throw RequestBody.Invalid(at, "content must be a string or a list of text parts."),
    };

    private static ItemPart Part(JsonElement part, string at)
    {
        if (part.ValueKind != JsonValueKind.Object || !part.TryGetProperty("type", out var given) || given.ValueKind != JsonValueKind.String)
        {
            throw RequestBody.Invalid(at, "Every part needs a type.");
        }

        var type = given.GetString()!;
        return type is Input or Output && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
            ? new(type, text.GetString()!)
            : throw RequestBody.Unsupported(at, $"A part of type '{type}' cannot be read by this model; only {Input} and {Output} with a text can.");
    }
}

/// <summary>The text of an answer.</summary>
internal sealed record OutputText(string Type, IReadOnlyList<object> Annotations, IReadOnlyList<ChatTokenLogprob> Logprobs, string Text);
