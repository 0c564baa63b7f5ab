using Aigc.Contracts.Inference;

namespace Aigc.Application.OpenAI;

/// <summary>Log probabilities of a chat's tokens.</summary>
internal sealed record ChatLogprobs(IReadOnlyList<ChatTokenLogprob> Content, IReadOnlyList<ChatTokenLogprob>? Refusal)
{
    /// <summary>Null where none were asked for.</summary>
    public static ChatLogprobs? Of(SamplingSpec asked, IReadOnlyList<TokenLogProbability> tokens) =>
        asked.TopLogProbabilities is null ? null : new([.. tokens.Select(token => new ChatTokenLogprob(
            token.Token, token.LogProbability, Bytes(token), [.. token.Top.Select(rival => new ChatRival(rival.Token, rival.LogProbability, Bytes(rival)))]))], null);

    // A list of numbers as OpenAI has it; bytes would be written as base64.
    private static int[] Bytes(TokenLogProbability token) => [.. token.Bytes.Select(one => (int)one)];
}

internal sealed record ChatTokenLogprob(string Token, double Logprob, IReadOnlyList<int> Bytes, IReadOnlyList<ChatRival> TopLogprobs);

internal sealed record ChatRival(string Token, double Logprob, IReadOnlyList<int> Bytes);

/// <summary>Log probabilities of a completion's tokens: lists side by side.</summary>
internal sealed record TextLogprobs(
    IReadOnlyList<int> TextOffset, IReadOnlyList<double> TokenLogprobs, IReadOnlyList<string> Tokens, IReadOnlyList<IReadOnlyDictionary<string, double>>? TopLogprobs)
{
    /// <summary>Null where none were asked for. Offsets count from <paramref name="offset"/>, which moves on.</summary>
    public static TextLogprobs? Of(SamplingSpec asked, IReadOnlyList<TokenLogProbability> tokens, ref int offset)
    {
        if (asked.TopLogProbabilities is not { } rivals)
        {
            return null;
        }

        var offsets = new List<int>();
        foreach (var token in tokens)
        {
            offsets.Add(offset);
            offset += token.Token.Length;
        }

        return new(offsets, [.. tokens.Select(token => token.LogProbability)], [.. tokens.Select(token => token.Token)], rivals == 0 ? null : [.. tokens.Select(Top)]);
    }

    // The chosen token is among its rivals here, even where it is not among the likeliest.
    private static Dictionary<string, double> Top(TokenLogProbability token)
    {
        var top = new Dictionary<string, double>();
        foreach (var rival in token.Top.Append(token))
        {
            top.TryAdd(rival.Token, rival.LogProbability);
        }

        return top;
    }
}
