using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine.Constraints;

namespace Aigc.Inference.Engine;

/// <summary>
/// What a request does to its logits before a token is chosen, in this order: the repetition penalty, the frequency and presence penalties, the biases, the
/// constraint. The first is Hugging Face's first processor (Keskar et al. 2019: positive logits are divided, negative ones multiplied, for tokens of prompt and
/// answer); the next is OpenAI's formula, μ − c·frequency − (c &gt; 0)·presence with c counted in the answer alone; a constraint comes last because nothing may
/// bring back what it excludes. Memory is taken when a request begins; a token costs none.
/// </summary>
internal sealed class LogitShape
{
    private readonly SamplingSpec _spec;
    private readonly ITokenConstraint? _constraint;
    private readonly Dictionary<int, int>? _seen; // how often each token occurs in the answer; 0 for one of the prompt
    private readonly (int Token, float Bias)[] _biases;

    private LogitShape(SamplingSpec spec, ReadOnlySpan<int> prompt, int answerTokens, ITokenConstraint? constraint)
    {
        (_spec, _constraint) = (spec, constraint);
        _biases = [.. spec.LogitBias.Select(bias => (bias.Key, (float)bias.Value))];
        if (!HasPenalties(spec))
            return;
        _seen = new(prompt.Length + answerTokens);
        if (spec.RepetitionPenalty != 1)
        {
            foreach (var token in prompt)
                _seen[token] = 0;
        }
    }

    /// <summary>Null for a request that leaves its logits as they are.</summary>
    public static LogitShape? For(SamplingSpec spec, ReadOnlySpan<int> prompt, int answerTokens, ITokenConstraint? constraint) =>
        constraint is null && spec.LogitBias.Count == 0 && !HasPenalties(spec) ? null : new(spec, prompt, answerTokens, constraint);

    /// <summary>Changes a row in place. False when it holds something that is not a number, which a constraint would hide.</summary>
    /// <param name="logits">The row.</param>
    /// <param name="remaining">Tokens that may still be chosen, this one included.</param>
    public bool Apply(Span<float> logits, int remaining)
    {
        Incline(logits);
        if (_constraint is null)
            return true;
        if (!float.IsFinite(TensorPrimitives.Max<float>(logits)))
            return false;
        _constraint.Apply(logits, remaining);
        return true;
    }

    /// <summary>
    /// What it would do to a draft's row, which may be shorter, behind tokens that are proposed and not chosen yet; nothing stays of them. The constraint is left
    /// out: it stands where the answer does.
    /// </summary>
    public void Lean(Span<float> logits, ReadOnlySpan<int> ahead)
    {
        if (_seen is null)
        {
            Incline(logits);
            return;
        }
        var added = 0; // those of them that were not there, a bit each
        for (var i = 0; i < ahead.Length; i++)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_seen, ahead[i], out var there)++;
            added |= there ? 0 : 1 << i;
        }
        Incline(logits);
        for (var i = ahead.Length - 1; i >= 0; i--)
        {
            if ((added & (1 << i)) != 0)
                _seen.Remove(ahead[i]);
            else
                CollectionsMarshal.GetValueRefOrNullRef(_seen, ahead[i])--;
        }
    }

    /// <summary>The answer is complete: nothing but an end may follow.</summary>
    public bool IsFinished => _constraint?.IsFinished == true;

    /// <summary>A token was chosen.</summary>
    public void Accept(int token)
    {
        if (_seen is not null)
            CollectionsMarshal.GetValueRefOrAddDefault(_seen, token, out _)++;
        _constraint?.Accept(token);
    }

    private static bool HasPenalties(SamplingSpec spec) => spec.RepetitionPenalty != 1 || spec.FrequencyPenalty != 0 || spec.PresencePenalty != 0;

    private void Incline(Span<float> logits)
    {
        if (_seen is not null)
            Penalise(logits, _seen);
        foreach (var (token, bias) in _biases)
        {
            if (token < logits.Length)
                logits[token] += bias;
        }
    }

    private void Penalise(Span<float> logits, Dictionary<int, int> seen)
    {
        var (repetition, frequency, presence) = ((float)_spec.RepetitionPenalty, (float)_spec.FrequencyPenalty, (float)_spec.PresencePenalty);
        foreach (var (token, count) in seen)
        {
            if (token >= logits.Length)
                continue;
            ref var logit = ref logits[token];
            logit = logit > 0 ? logit / repetition : logit * repetition;
            if (count > 0)
                logit -= (count * frequency) + presence;
        }
    }
}
