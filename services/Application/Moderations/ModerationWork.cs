using Aigc.Application.Pools;
using Aigc.Application.Spending;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Moderations;

/// <summary>Labels of texts as a pool is asked for them. What they take is known before: a token for every four bytes begun, and one text each.</summary>
internal sealed record ModerationWork(RegisteredModel Model, ModerationRequest Request)
    : PooledWork<string, ClassifyText, TextClassified, ClassificationFailed>(Model, Request.Inputs, Request.One)
{
    public override string Kind => "moderation";

    public override int MostInputs => ClassifyText.MostInputs;

    public override TokenBound Bound(string[] part) => new(part.Sum(text => (long)ClassifyText.TokensOf(text)), 0, part.Length);

    public override ClassifyText Command(JobLink job, string[] part) => new() { RequestId = job.RootId, Job = job, Model = Model.Model, Inputs = part };

    public override IReadOnlyDictionary<string, long> Took(TextClassified answer) => new Dictionary<string, long>
    {
        [Meters.InputTokens] = answer.TokenCounts.Sum(count => (long)count),
        [Meters.ClassifiedTexts] = answer.TokenCounts.Count,
    };

    public override Problem ProblemOf(ClassificationFailed failed) => failed.Problem;
}
