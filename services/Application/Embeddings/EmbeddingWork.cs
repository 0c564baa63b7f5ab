using Aigc.Application.Pools;
using Aigc.Application.Spending;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Embeddings;

/// <summary>The vectors of a request, in the order of its inputs.</summary>
internal sealed record Vectors(IReadOnlyList<IReadOnlyList<float>> Values, int Tokens)
{
    public static Vectors Of(TextEmbedded[] answers) => new([.. answers.SelectMany(answer => answer.Vectors)], answers.Sum(answer => answer.TokenCounts.Sum()));
}

/// <summary>Vectors as a pool is asked for them.</summary>
internal sealed record EmbeddingWork(RegisteredModel Model, EmbeddingRequest Request)
    : PooledWork<EmbeddingInput, EmbedText, TextEmbedded, EmbeddingFailed>(Model, Request.Inputs, Request.One)
{
    public override string Kind => "embedding";

    public override int MostInputs => EmbedText.MostInputs;

    public override TokenBound Bound(EmbeddingInput[] part) => TokenBound.Of(part, int.MaxValue, 0, 1);

    public override EmbedText Command(JobLink job, EmbeddingInput[] part) =>
        new() { RequestId = job.RootId, Job = job, Model = Model.Model, Inputs = part, Dimensions = Request.Dimensions };

    public override IReadOnlyDictionary<string, long> Took(TextEmbedded answer) =>
        new Dictionary<string, long> { [Meters.InputTokens] = answer.TokenCounts.Sum(count => (long)count) };

    public override Problem ProblemOf(EmbeddingFailed failed) => failed.Problem;
}
