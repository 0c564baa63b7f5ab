using System.Globalization;
using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Moderations;

/// <summary>The body of <c>/v1/moderations</c>.</summary>
internal sealed record ModerationRequest
{
    /// <summary>Most texts of a request; OpenAI names no limit.</summary>
    public const int MostInputs = 2048;

    /// <summary>Most characters of all of them.</summary>
    public const int MostCharacters = 1_200_000;

    /// <summary>Null for whichever moderates.</summary>
    public string? Model { get; init; }

    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The input was one text, not a list.</summary>
    public bool One { get; init; }

    /// <summary>The input was a list of parts: they are one thing and get one result, as OpenAI gives a text and an image one.</summary>
    public bool Together { get; init; }

    /// <exception cref="ProblemException">Names the parameter.</exception>
    public static ModerationRequest Read(JsonElement json)
    {
        var body = new RequestBody(json);
        var request = InputOf(body) with { Model = body.Text("model") is { Length: > 0 } model ? model : null };
        body.Done();
        var characters = request.Inputs.Sum(text => (long)text.Length);
        return characters <= MostCharacters
            ? request
            : throw RequestBody.Invalid("input", string.Create(CultureInfo.InvariantCulture, $"The texts have {characters} characters together and at most {MostCharacters} are taken; send several requests."));
    }

    private static ModerationRequest InputOf(RequestBody body)
    {
        var input = body.Get("input") ?? throw new ProblemException("missing_required_parameter", "You must provide an input parameter.", "input");
        if (input.ValueKind != JsonValueKind.Array)
        {
            return new ModerationRequest { Inputs = [Text(input, "input")], One = true };
        }

        if (input.GetArrayLength() is 0 or > MostInputs)
        {
            throw RequestBody.Invalid("input", $"input takes 1 to {MostInputs} texts or parts, not {input.GetArrayLength()}.");
        }

        var together = input[0].ValueKind == JsonValueKind.Object;
        return new ModerationRequest { Inputs = [.. input.EnumerateArray().Select((item, index) => together ? Part(item, $"input[{index}]") : Text(item, $"input[{index}]"))], Together = together };
    }

    private static string Part(JsonElement part, string at)
    {
        var body = part.ValueKind == JsonValueKind.Object ? new RequestBody(part) : throw new ProblemException("invalid_type", $"{at} must be a part with a type, as the first one is.", at);
        return body.Text("type") switch
        {
            "text" => Text(body.Get("text") ?? default, $"{at}.text"),
            "image_url" => throw RequestBody.Unsupported(at, "Images are not moderated: the model reads text. Send parts of type text alone."),
            var other => throw RequestBody.Invalid($"{at}.type", $"'{other}' is not a type of a part; it is text."),
        };
    }

    private static string Text(JsonElement text, string at) => text.ValueKind != JsonValueKind.String ? throw new ProblemException("invalid_type", $"{at} must be a string.", at)
        : text.GetString() is { Length: > 0 and <= ClassifyText.LongestInput } some ? some
        : throw RequestBody.Invalid(at, string.Create(
            CultureInfo.InvariantCulture, $"{at} has {text.GetString()!.Length} characters and must have 1 to {ClassifyText.LongestInput}; cut a longer text and send its pieces as a list."));
}
