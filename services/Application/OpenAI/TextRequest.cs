using System.Text.Json;
using Aigc.Contracts.Inference;

namespace Aigc.Application.OpenAI;

/// <summary>What a client asked for, of either endpoint.</summary>
internal sealed record TextRequest
{
    public required string Model { get; init; }

    public string? Prompt { get; init; }

    public IReadOnlyList<ChatTurn> Messages { get; init; } = [];

    public IReadOnlyList<ToolSpec> Tools { get; init; } = [];

    public ToolChoice ToolChoice { get; init; } = new();

    public required SamplingSpec Sampling { get; init; }

    public bool Stream { get; init; }

    public bool IncludeUsage { get; init; }

    /// <summary>The prompt is given back before the answer.</summary>
    public bool Echo { get; init; }

    /// <summary>OpenAI's own default for completions.</summary>
    private const int CompletionTokens = 16;

    /// <summary>OpenAI lets a chat answer fill the context. A request without a limit would hold a slot for all of it; so there is one.</summary>
    public const int ChatTokens = 512;

    private const int MaxTokens = 1_000_000;

    /// <summary>Reads the body of <c>/v1/chat/completions</c>.</summary>
    public static TextRequest Chat(JsonElement json)
    {
        var body = new RequestBody(json);
        var tokens = body.Whole("max_completion_tokens", 1, MaxTokens);
        var older = body.Whole("max_tokens", 1, MaxTokens);
        var request = Common(body, (int)(tokens ?? older ?? ChatTokens)) with { Messages = ChatMessages.Read(body) };
        request = request with { Sampling = request.Sampling with { TopLogProbabilities = SamplingFields.ChatRivals(body), Format = SamplingFields.Format(body) } };
        var (tools, choice) = ToolFields.Read(body);
        request = request with { Tools = tools, ToolChoice = choice };
        body.Only("functions", Empty, "functions is not supported; use tools.");
        body.Only("function_call", v => Is(v, "none") || Is(v, "auto"), "function_call is not supported; use tool_choice.");
        body.Only("modalities", v => v.ValueKind == JsonValueKind.Array && v.EnumerateArray().All(m => Is(m, "text")), "Only text can be asked for.");
        body.Only("store", v => v.ValueKind == JsonValueKind.False, "Answers cannot be stored for retrieval.");
        body.Harmless("metadata");
        body.Done();
        return request;
    }

    /// <summary>Reads the body of <c>/v1/completions</c>.</summary>
    public static TextRequest Completion(JsonElement json)
    {
        var body = new RequestBody(json);
        var request = Common(body, (int)(body.Whole("max_tokens", 1, MaxTokens) ?? CompletionTokens)) with
        {
            Prompt = PromptOf(body),
            Echo = body.Flag("echo"),
        };
        request = request with { Sampling = request.Sampling with { TopLogProbabilities = SamplingFields.CompletionRivals(body) } };
        body.Only("suffix", v => Is(v, ""), "Text cannot be inserted before a suffix.");
        if (request.Echo && request.Sampling.TopLogProbabilities is not null)
        {
            throw RequestBody.Unsupported("echo", "Log probabilities of the prompt are not computed; ask for echo or logprobs.");
        }

        body.Only("best_of", v => v.ValueKind == JsonValueKind.Number && v.GetDouble() == request.Sampling.Answers, "All answers are given back: best_of must be n.");
        body.Done();
        return request;
    }

    private static TextRequest Common(RequestBody body, int maxTokens)
    {
        var stream = body.Flag("stream");
        var request = new TextRequest
        {
            Model = body.Required("model"),
            Stream = stream,
            IncludeUsage = Usage(body, stream),
            Sampling = SamplingFields.Read(body, maxTokens),
        };
        body.Only("service_tier", v => Is(v, "auto") || Is(v, "default"), "There is one service tier: default.");
        body.Harmless("user", "safety_identifier", "prompt_cache_key");
        return request;
    }

    private static string PromptOf(RequestBody body) => body.Get("prompt") switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() == 1 && list[0].ValueKind == JsonValueKind.String => list[0].GetString()!,
        null => throw new ServiceDefaults.ProblemException("missing_required_parameter", "You must provide a prompt parameter.", "prompt"),
        _ => throw RequestBody.Unsupported("prompt", "prompt must be one string; several prompts or token ids are not supported."),
    };

    private static bool Usage(RequestBody body, bool stream)
    {
        if (body.Get("stream_options") is not { } options)
        {
            return false;
        }

        if (!stream || options.ValueKind != JsonValueKind.Object)
        {
            throw RequestBody.Invalid("stream_options", "stream_options is an object, and only allowed when stream is true.");
        }

        var inner = new RequestBody(options);
        var include = inner.Flag("include_usage");
        inner.Harmless("include_obfuscation");
        inner.Done();
        return include;
    }

    private static bool Empty(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    private static bool Is(JsonElement value, string text) => value.ValueKind == JsonValueKind.String && value.ValueEquals(text);
}
