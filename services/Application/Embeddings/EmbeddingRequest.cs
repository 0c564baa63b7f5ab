using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Embeddings;

/// <summary>The body of <c>/v1/embeddings</c>.</summary>
internal sealed record EmbeddingRequest
{
    /// <summary>Most inputs of a request; OpenAI's limit.</summary>
    public const int MostInputs = 2048;

    /// <summary>Most tokens of a request that is given as tokens; OpenAI's limit.</summary>
    public const int MostTokens = 300_000;

    /// <summary>Most characters of a request that is given as text: what <see cref="MostTokens"/> are at most, at four characters a token.</summary>
    public const int MostCharacters = 4 * MostTokens;

    private const int MostDimensions = 1 << 16;

    public required string Model { get; init; }

    public required IReadOnlyList<EmbeddingInput> Inputs { get; init; }

    /// <summary>The input was one text or one list of tokens, not a list of them.</summary>
    public required bool One { get; init; }

    public required bool Base64 { get; init; }

    public int? Dimensions { get; init; }

    /// <exception cref="ProblemException">Names the parameter.</exception>
    public static EmbeddingRequest Read(JsonElement json)
    {
        var body = new RequestBody(json);
        var (inputs, one) = InputsOf(body);
        var request = new EmbeddingRequest
        {
            Model = body.Required("model"),
            Inputs = inputs,
            One = one,
            Base64 = body.Text("encoding_format") switch
            {
                null or "float" => false,
                "base64" => true,
                var other => throw RequestBody.Invalid("encoding_format", $"'{other}' is not an encoding; it is float or base64."),
            },
            Dimensions = (int?)body.Whole("dimensions", 1, MostDimensions),
        };
        body.Harmless("user");
        body.Done();
        return request;
    }

    private static (IReadOnlyList<EmbeddingInput> Inputs, bool One) InputsOf(RequestBody body)
    {
        var input = body.Get("input") ?? throw new ProblemException("missing_required_parameter", "You must provide an input parameter.", "input");
        var list = input.ValueKind == JsonValueKind.Array && (input.GetArrayLength() == 0 || input[0].ValueKind != JsonValueKind.Number) ? input : default;
        if (list.ValueKind != JsonValueKind.Array)
        {
            return ([Checked([Input(input, "input")])[0]], true);
        }

        return list.GetArrayLength() is > 0 and <= MostInputs
            ? (Checked([.. list.EnumerateArray().Select((item, index) => Input(item, $"input[{index}]"))]), false)
            : throw RequestBody.Invalid("input", $"input takes 1 to {MostInputs} texts or lists of tokens, not {list.GetArrayLength()}.");
    }

    private static EmbeddingInput Input(JsonElement item, string at) => item.ValueKind switch
    {
        JsonValueKind.String when item.GetString() is { Length: > 0 } text => new EmbeddingInput { Text = text },
        JsonValueKind.Array when item.GetArrayLength() is > 0 and <= MostTokens => new EmbeddingInput { Tokens = [.. item.EnumerateArray().Select(token => Token(token, at))] },
        JsonValueKind.String or JsonValueKind.Array => throw RequestBody.Invalid(at, $"{at} must not be empty, and has at most {MostTokens} tokens."),
        _ => throw new ProblemException("invalid_type", $"{at} must be a string or a list of token ids.", at),
    };

    private static int Token(JsonElement token, string at) => token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out var id) && id >= 0
        ? id
        : throw new ProblemException("invalid_type", $"{at} must be a string or a list of token ids.", at);

    private static EmbeddingInput[] Checked(EmbeddingInput[] inputs) =>
        inputs.Sum(input => (long)input.Tokens.Count) > MostTokens ? throw RequestBody.Invalid("input", $"A request has at most {MostTokens} tokens; send several.")
        : inputs.Sum(input => (long)(input.Text?.Length ?? 0)) > MostCharacters ? throw RequestBody.Invalid("input", $"A request has at most {MostCharacters} characters; send several.")
        : inputs;
}
