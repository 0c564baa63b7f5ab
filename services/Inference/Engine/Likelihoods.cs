using System.Text;
using Aigc.Contracts.Inference;

namespace Aigc.Inference.Engine;

/// <summary>
/// How likely a chosen token and its rivals were: the log-softmax of the row as it is after penalties, biases and constraint and before temperature. Tokens that
/// were excluded are no rivals.
/// </summary>
internal static class Likelihoods
{
    /// <summary>Of one choice.</summary>
    /// <param name="sampler">Workspace.</param>
    /// <param name="logits">The row.</param>
    /// <param name="chosen">The token.</param>
    /// <param name="rivals">Most likely tokens to tell beside it.</param>
    /// <param name="tokens">What they spell.</param>
    public static TokenLogProbability Of(Sampler sampler, ReadOnlySpan<float> logits, int chosen, int rivals, ITokenText tokens)
    {
        var total = sampler.LogTotal(logits);
        var top = new List<TokenLogProbability>(rivals);
        if (rivals > 0)
        {
            foreach (var key in sampler.Best(logits, rivals))
            {
                var id = Candidates.IdOf(key);
                if (float.IsFinite(logits[id]))
                    top.Add(Entry(id, logits[id] - total, tokens));
            }
        }
        return Entry(chosen, logits[chosen] - total, tokens) with { Top = top };
    }

    private static TokenLogProbability Entry(int token, double logProbability, ITokenText tokens)
    {
        var bytes = tokens.BytesOf(token);
        return new() { Token = Encoding.UTF8.GetString(bytes), Bytes = bytes.ToArray(), LogProbability = Math.Min(logProbability, 0) };
    }
}
