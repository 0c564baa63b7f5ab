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

    private const string NoCustomTools = "Custom tools are not supported; only functions are.";

    private static readonly FrozenDictionary<string, ItemKind> Kinds = new Dictionary<string, ItemKind>
    {
        [Message] = new(MessageItems.Read, MessageItems.Write, MessageItems.Turn),
        [CallItems.Call] = new(CallItems.Read, CallItems.Write, CallItems.Turn),
        [CallItems.Output] = new(CallItems.ReadOutput, CallItems.WriteOutput, CallItems.TurnOfOutput),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> Refused = new Dictionary<string, string>
    {
        ["custom_tool_call"] = NoCustomTools,
        ["custom_tool_call_output"] = NoCustomTools,
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

    /// <summary>Items as turns: what the assistant says and calls in a row is one turn, as models are taught it.</summary>
    /// <exception cref="ProblemException">An output answers no call before it.</exception>
    public static IReadOnlyList<ChatTurn> Turns(IEnumerable<ResponseItem> items)
    {
        var (turns, called) = (new List<ChatTurn>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var item in items)
        {
            var turn = Kinds[item.Type].Turn(item);
            called.UnionWith(turn.ToolCalls.Select(call => call.Id));
            if (turn.ToolCallId is { } answered && !called.Contains(answered))
            {
                throw RequestBody.Invalid("input", $"No tool call found for function call output with call_id {answered}: give the function_call before it, or previous_response_id.");
            }

            if (turn.ToolCalls.Count > 0 && turns is [.., { Role: "assistant" } last])
            {
                turns[^1] = last with { ToolCalls = [.. last.ToolCalls, .. turn.ToolCalls] };
            }
            else
            {
                turns.Add(turn);
            }
        }

        return turns;
    }
}
