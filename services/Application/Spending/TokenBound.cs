using System.Text.Encodings.Web;
using System.Text.Json;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Spending;

/// <summary>The most a request may take: tokens, and texts where those have a price of their own.</summary>
internal readonly record struct TokenBound(long Prompt, long Completion, long Texts = 0)
{
    // What a template puts around the turns. Should one need more, the work still costs no more than was set aside.
    private const int TemplateTokens = 512;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public long Tokens => Prompt + Completion;

    /// <summary>
    /// Of a request for text. A token is at least a byte, so the bytes of the whole request bound its prompt, whatever fields a prompt is made of; so does
    /// what the model reads at all.
    /// </summary>
    public static TokenBound Of(object request, int contextLength, int maxTokens, int answers)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(request, request.GetType(), Plain).LongLength;
        return new(Math.Min(bytes + TemplateTokens, contextLength), (long)Math.Min(maxTokens, contextLength) * answers);
    }

    /// <summary>The most it costs: every token of the prompt at the dearer of the two prices a prompt has.</summary>
    public long Cost(IReadOnlyDictionary<string, long> rates)
    {
        var dearer = rates.GetValueOrDefault(Meters.CachedTokens) > rates.GetValueOrDefault(Meters.InputTokens) ? Meters.CachedTokens : Meters.InputTokens;
        // One more for each meter: a prompt that is cut in two is rounded up twice.
        return Meters.Cost(new Dictionary<string, long> { [dearer] = Prompt, [Meters.OutputTokens] = Completion, [Meters.ClassifiedTexts] = Texts }, rates) + 1;
    }
}
