using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aigc.Models.Text.Tools;

/// <summary>Conversations whose every word can be found again in what a template makes of them.</summary>
/// <param name="ShortIds">Ids of nine letters and digits, which some templates insist on; else OpenAI's.</param>
/// <param name="ArgumentsAsText">See <see cref="ToolCallSyntax.ArgumentsAsText"/>.</param>
/// <param name="EmptyContent">See <see cref="ToolCallSyntax.EmptyContent"/>.</param>
internal sealed record ToolProbe(bool ShortIds, bool ArgumentsAsText, bool EmptyContent)
{
    public const int ShortId = 9;
    public const string Text = "probetext";
    public const string Result = "proberesult";
    static readonly string[] Names = ["probe_alpha", "probe_beta", "probe_gamma"];

    /// <summary>The ways to hand a template its calls, the usual one first.</summary>
    public static IEnumerable<ToolProbe> All =>
        from text in (bool[])[false, true]
        from shortIds in (bool[])[false, true]
        from empty in (bool[])[false, true]
        select new ToolProbe(shortIds, text, empty);

    public static JsonElement User { get; } = Element(new JsonObject { ["role"] = "user", ["content"] = "probequestion" });

    public static JsonElement Answer { get; } = Element(new JsonObject { ["role"] = "assistant", ["content"] = Text });

    public static IReadOnlyList<JsonElement> Tools { get; } =
    [
        .. Names.Select((name, index) => Element(new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = name,
                ["description"] = "probedescription",
                ["parameters"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject { [Key(index)] = new JsonObject { ["type"] = "string", ["description"] = "probeproperty" } },
                    ["required"] = new JsonArray(Key(index)),
                },
            },
        })),
    ];

    public static string Name(int call) => Names[call];

    public static string Key(int call) => FormattableString.Invariant($"probekey{call}");

    public static string Value(int call) => FormattableString.Invariant($"probevalue{call}");

    public string Id(int call) => ShortIds ? FormattableString.Invariant($"pr0be1d0{call}") : FormattableString.Invariant($"call_pr0be1d00000000000000{call}");

    /// <summary>An assistant's message with so many calls.</summary>
    public JsonElement Calls(int count) => Element(new JsonObject
    {
        ["role"] = "assistant",
        ["content"] = EmptyContent ? "" : null,
        ["tool_calls"] = new JsonArray([.. Enumerable.Range(0, count).Select(Call)]),
    });

    /// <summary>What came of the first call.</summary>
    public JsonElement ResultOf() => Element(new JsonObject { ["role"] = "tool", ["tool_call_id"] = Id(0), ["name"] = Name(0), ["content"] = Result });

    JsonObject Call(int call)
    {
        var arguments = new JsonObject { [Key(call)] = Value(call) };
        return new()
        {
            ["id"] = Id(call),
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = Name(call), ["arguments"] = ArgumentsAsText ? arguments.ToJsonString() : arguments },
        };
    }

    static JsonElement Element(JsonObject json) => JsonSerializer.SerializeToElement(json);
}
