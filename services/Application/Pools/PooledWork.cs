using Aigc.Application.Spending;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Pools;

/// <summary>A request whose inputs a model's pool answers in commands: what a command of some of them is, and what its outcome says.</summary>
/// <param name="Model">Who is asked.</param>
/// <param name="Inputs">At least one.</param>
/// <param name="One">The client sent one input and not a list of them.</param>
internal abstract record PooledWork<TInput, TCommand, TDone, TFailed>(RegisteredModel Model, IReadOnlyList<TInput> Inputs, bool One)
    where TCommand : class
    where TDone : class
    where TFailed : class
{
    /// <summary>What it is; a part of the identity of its commands.</summary>
    public abstract string Kind { get; }

    /// <summary>Most inputs of one command.</summary>
    public abstract int MostInputs { get; }

    /// <summary>The most that some of the inputs may take.</summary>
    public abstract TokenBound Bound(TInput[] part);

    public abstract TCommand Command(JobLink job, TInput[] part);

    /// <summary>What an answer took, by meter.</summary>
    public abstract IReadOnlyDictionary<string, long> Took(TDone answer);

    public abstract Problem ProblemOf(TFailed failed);
}
