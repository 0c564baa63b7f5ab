using System.Text;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Constraints;

namespace Aigc.Inference.Tests.Engine.Constraints;

/// <summary>Writes answers as a model would that knows nothing: by random logits.</summary>
internal sealed class ConstrainedText(ITokenText tokens, int size)
{
    private readonly ModelConstraints _constraints = new(tokens, size);
    private readonly Sampler _sampler = new(size + 3);

    public static readonly AnswerFormat Object = new() { Type = "json_object" };

    public static AnswerFormat Schema(string schema) => new() { Type = "json_schema", Schema = schema };

    public ITokenConstraint For(AnswerFormat format) => _constraints.For(format)!;

    /// <summary>An answer of at most so many tokens, counted from the fewest.</summary>
    public string Write(AnswerFormat format, ulong seed, int beyond, Func<int, float>? bias = null)
    {
        var constraint = _constraints.For(format)!;
        var (random, row, text, spec) = (new SplitMix(seed), new float[size + 3], new List<byte>(), new SamplingSpec());
        for (var remaining = constraint.LeastTokens + beyond; remaining > 0; remaining--)
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = (float)(random.NextDouble() * 4) + (bias is not null && i < size ? bias(i) : 0);
            constraint.Apply(row, remaining);
            var token = _sampler.Choose(row, spec, ref random);
            Assert.True(token >= 0 && token < size, $"{format.Schema} {remaining} left: {Encoding.UTF8.GetString([.. text])}");
            constraint.Accept(token);
            if (tokens.IsEnd(token))
                return Encoding.UTF8.GetString([.. text]);
            text.AddRange(tokens.BytesOf(token));
            if (constraint.IsFinished)
                return Encoding.UTF8.GetString([.. text]);
            Assert.True(constraint.LeastTokens < remaining, Encoding.UTF8.GetString([.. text]));
        }
        throw new InvalidOperationException("The budget was spent before the answer was complete: " + Encoding.UTF8.GetString([.. text]));
    }
}
