using System.Collections.Frozen;
using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Responses;

/// <summary>A kind of item: how it is read, told back, and put before a model.</summary>
internal sealed record ItemKind(Func<JsonElement, string, ResponseItem> Read, Func<ResponseItem, object> Write, Func<ResponseItem, ChatTurn> Turn);

/// <summary>
/// What an input is made of. A kind that models here can take is a row with its three functions; every other kind of OpenAI's is a row
/// with the reason it is refused for. A kind that becomes possible moves from the second table into the first.
/// </summary>
internal static class ItemTable
{
    public const string Message = "message";

    private const string NoTools = "Tools are not supported by this model's engine.";

    private static readonly FrozenDictionary<string, ItemKind> Kinds = new Dictionary<string, ItemKind>
    {
        [Message] = new(MessageItems.Read, MessageItems.Write, MessageItems.Turn),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> Refused = new Dictionary<string, string>
    {
        ["function_call"] = NoTools,
        ["function_call_output"] = NoTools,
        ["custom_tool_call"] = NoTools,
        ["custom_tool_call_output"] = NoTools,
        ["item_reference"] = "Items are not found by reference; give the item itself, or previous_response_id.",
        ["reasoning"] = "This model does not reason; leave reasoning items out.",
    }.ToFrozenDictionary();

    /// <exception cref="ProblemException">Names the item and what is wrong with it.</exception>
    public static ResponseItem Read(JsonElement item, string at)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw RequestBody.Invalid(at, $"{at} must be an object.");
        }

        // OpenAI lets the type of a message be left out.
        var type = !item.TryGetProperty("type", out var given) ? Message
            : given.ValueKind == JsonValueKind.String ? given.GetString()!
            : throw RequestBody.Invalid($"{at}.type", "The type of an item is a string.");
        return Kinds.TryGetValue(type, out var kind) ? kind.Read(item, at)
            : throw RequestBody.Unsupported($"{at}.type", Refused.GetValueOrDefault(type) ?? $"An item of type '{type}' cannot be read by this model; only {string.Join(", ", Kinds.Keys)} can.");
    }

    public static object Write(ResponseItem item) => Kinds[item.Type].Write(item);

    public static ChatTurn Turn(ResponseItem item) => Kinds[item.Type].Turn(item);
}
