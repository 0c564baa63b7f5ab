using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Responses;

/// <summary>The body of <c>POST /v1/responses</c>.</summary>
internal sealed record ResponseRequest
{
    private const int MostItems = 2048;
    private const int MostTokens = 1_000_000;
    private const int MostRivals = 20;

    public required ResponseWishes Wishes { get; init; }

    public required IReadOnlyList<ResponseItem> Input { get; init; }

    public required SamplingSpec Sampling { get; init; }

    public IReadOnlyList<ToolSpec> Tools { get; init; } = [];

    public ToolChoice ToolChoice { get; init; } = new();

    public bool Stream { get; init; }

    /// <summary>What a model is asked for it.</summary>
    public TextRequest Text(IReadOnlyList<ChatTurn> turns) => new() { Model = Wishes.Model, Messages = turns, Tools = Tools, ToolChoice = ToolChoice, Sampling = Sampling, Stream = Stream };

    /// <exception cref="ProblemException">Names the parameter.</exception>
    public static ResponseRequest Read(JsonElement json)
    {
        var body = new RequestBody(json);
        var most = (int?)body.Whole("max_output_tokens", 1, MostTokens);
        var (format, formatText) = ResponseFields.Format(body);
        var logprobs = ResponseFields.Includes(body).Contains(ResponseFields.Logprobs);
        var rivals = (int?)body.Whole("top_logprobs", 0, MostRivals);
        var sampling = SamplingFields.Read(body, most ?? TextRequest.ChatTokens) with
        {
            Format = format,
            TopLogProbabilities = logprobs || rivals > 0 ? rivals ?? 0 : null,
        };
        var (tools, choice) = ToolFields.Flat(body);
        var wishes = new ResponseWishes
        {
            Model = body.Required("model"),
            Instructions = body.Text("instructions"),
            PreviousId = body.Text("previous_response_id"),
            Background = body.Flag("background"),
            Store = body.Get("store") is null || body.Flag("store"),
            MaxOutputTokens = most,
            Temperature = sampling.Temperature,
            TopP = body.Number("top_p", 0, 1) ?? 1,
            TopLogprobs = rivals ?? 0,
            Logprobs = sampling.TopLogProbabilities is not null,
            TruncateAuto = ResponseFields.Truncates(body),
            Format = formatText,
            Metadata = ResponseFields.Metadata(body),
            Tools = body.Get("tools")?.GetRawText() ?? "[]",
            ToolChoice = body.Get("tool_choice")?.GetRawText() ?? "\"auto\"",
            ParallelToolCalls = choice.Parallel,
            User = body.Text("user"),
            SafetyIdentifier = body.Text("safety_identifier"),
            PromptCacheKey = body.Text("prompt_cache_key"),
        };
        var request = new ResponseRequest { Wishes = wishes, Sampling = sampling, Tools = tools, ToolChoice = choice, Stream = body.Flag("stream"), Input = InputOf(body) };
        ResponseFields.StreamOptions(body, request.Stream);
        ResponseFields.Refuse(body);
        body.Done();
        return request.Checked();
    }

    private ResponseRequest Checked() => this switch
    {
        { Sampling.Answers: > 1 } => throw RequestBody.Unsupported("n", "A response has one answer; leave n out."),
        { Tools.Count: > 0, ToolChoice.Mode: not "none", Sampling.Format.Type: not "text" } =>
            throw RequestBody.Unsupported("text.format", "A text.format other than text and tools do not go together: leave one out, or set tool_choice to none."),
        { Wishes.Background: true, Tools.Count: > 0, ToolChoice.Mode: not "none" } =>
            throw RequestBody.Unsupported("tools", "A response in the background calls no functions; ask without background, or leave tools out."),
        { Wishes: { Background: true, Store: false } } => throw RequestBody.Invalid("store", "A response in the background is stored: store must be true."),
        { Wishes: { Background: true, Logprobs: true } } => throw RequestBody.Unsupported("top_logprobs", "Log probabilities of a response in the background are not kept; ask without background."),
        { Wishes: { Background: true, TruncateAuto: true } } => throw RequestBody.Unsupported("truncation", "The input of a response in the background is not shortened; ask without background, or shorten it."),
        _ => this,
    };

    private static IReadOnlyList<ResponseItem> InputOf(RequestBody body) => body.Get("input") switch
    {
        null => throw new ProblemException("missing_required_parameter", "You must provide an input parameter.", "input"),
        { ValueKind: JsonValueKind.String } text => [MessageItems.Of(text.GetString()!)],
        { ValueKind: JsonValueKind.Array } items when items.GetArrayLength() is > 0 and <= MostItems => [.. items.EnumerateArray().Select((item, index) => ItemTable.Read(item, $"input[{index}]"))],
        _ => throw RequestBody.Invalid("input", $"input must be a string or a list of 1 to {MostItems} items."),
    };
}
