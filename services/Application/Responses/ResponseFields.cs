using System.Collections.Frozen;
using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;

namespace Aigc.Application.Responses;

/// <summary>Fields of a request for a response that chats have not, or spell otherwise.</summary>
internal static class ResponseFields
{
    public const string Logprobs = "message.output_text.logprobs";

    private const int MostPairs = 16, LongestKey = 64, LongestValue = 512;

    // The others belong to items that no answer here has: there is nothing to include, and asking changes nothing.
    private static readonly FrozenSet<string> Includable = new[]
    {
        Logprobs, "file_search_call.results", "web_search_call.results", "web_search_call.action.sources", "message.input_image.image_url",
        "computer_call_output.output.image_url", "code_interpreter_call.outputs", "reasoning.encrypted_content",
    }.ToFrozenSet();

    /// <summary>What could be done for these and is not: refused unless they say what happens anyway.</summary>
    private static readonly (string Name, Func<JsonElement, bool> Harmless, string Why)[] Refused =
    [
        ("conversation", _ => false, "Conversations are not kept as objects; go on from a response with previous_response_id."),
        ("prompt", _ => false, "Prompt templates are not kept here; give instructions and input."),
        ("reasoning", NothingAsked, "This model does not reason; leave reasoning out."),
        ("context_management", Empty, "Contexts are not compacted; shorten the input, or take truncation auto."),
        ("moderation", _ => false, "Inputs and outputs are not moderated on the way; leave moderation out."),
        ("service_tier", value => Is(value, "auto") || Is(value, "default"), "There is one service tier: default."),
    ];

    public static void Refuse(RequestBody body)
    {
        foreach (var (name, harmless, why) in Refused)
        {
            body.Only(name, harmless, why);
        }

        body.Harmless("max_tool_calls", "prompt_cache_retention", "prompt_cache_options");
    }

    /// <summary><c>text</c>: what the answer must be, and the same as JSON text to tell back.</summary>
    public static (AnswerFormat Format, string Told) Format(RequestBody body)
    {
        var nothing = (new AnswerFormat(), """{"type":"text"}""");
        if (body.Get("text") is not { } text)
        {
            return nothing;
        }

        var inner = new RequestBody(text);
        inner.Only("verbosity", value => Is(value, "medium"), "The length of this model's answers cannot be chosen; leave text.verbosity out.");
        var format = inner.Get("format");
        inner.Done();
        if (format is not { } given)
        {
            return nothing;
        }

        var fields = new RequestBody(given);
        var type = fields.Required("type");
        return type switch
        {
            "text" => nothing,
            "json_object" => (new AnswerFormat { Type = type }, """{"type":"json_object"}"""),
            "json_schema" => (new AnswerFormat { Type = type, Schema = Schema(fields) }, given.GetRawText()),
            _ => throw RequestBody.Invalid("text.format.type", $"'{type}' is not a format; it is one of text, json_object, json_schema."),
        };
    }

    public static IReadOnlyList<string> Includes(RequestBody body)
    {
        var wanted = body.Texts("include", Includable.Count);
        return wanted.FirstOrDefault(value => !Includable.Contains(value)) is { } unknown
            ? throw RequestBody.Invalid("include", $"'{unknown}' cannot be included; it is one of {string.Join(", ", Includable.Order(StringComparer.Ordinal))}.")
            : wanted;
    }

    public static bool Truncates(RequestBody body) => body.Text("truncation") switch
    {
        null or "disabled" => false,
        "auto" => true,
        var other => throw RequestBody.Invalid("truncation", $"'{other}' is not a way to shorten; it is auto or disabled."),
    };

    /// <summary>JSON text of the metadata.</summary>
    public static string Metadata(RequestBody body)
    {
        if (body.Get("metadata") is not { } pairs)
        {
            return "{}";
        }

        var fits = pairs.ValueKind == JsonValueKind.Object && pairs.EnumerateObject().Count() <= MostPairs
            && pairs.EnumerateObject().All(pair => pair.Name.Length <= LongestKey && pair.Value.ValueKind == JsonValueKind.String && pair.Value.GetString()!.Length <= LongestValue);
        return fits ? pairs.GetRawText() : throw RequestBody.Invalid("metadata", $"metadata is an object of at most {MostPairs} strings; keys have at most {LongestKey} characters, values {LongestValue}.");
    }

    public static void StreamOptions(RequestBody body, bool stream)
    {
        if (body.Get("stream_options") is not { } options)
        {
            return;
        }

        if (!stream)
        {
            throw RequestBody.Invalid("stream_options", "stream_options is only allowed when stream is true.");
        }

        var inner = new RequestBody(options);
        inner.Harmless("include_obfuscation");
        inner.Done();
    }

    private static string Schema(RequestBody format)
    {
        format.Required("name");
        format.Harmless("strict", "description");
        var schema = format.Get("schema") is { ValueKind: JsonValueKind.Object } given ? given.GetRawText() : throw RequestBody.Invalid("text.format.schema", "text.format json_schema needs a schema, an object.");
        format.Done();
        return schema;
    }

    private static bool Empty(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    private static bool NothingAsked(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(field => field.Value.ValueKind == JsonValueKind.Null);

    private static bool Is(JsonElement value, string text) => value.ValueKind == JsonValueKind.String && value.ValueEquals(text);
}
