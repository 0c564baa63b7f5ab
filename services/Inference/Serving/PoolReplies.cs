using Aigc.Contracts;
using Aigc.Inference.Engine;
using MassTransit;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Serving;

/// <summary>How the outcome of a command reaches whoever asked, and what a failure is called in it.</summary>
internal static class PoolReplies
{
    /// <summary>Tells the requester alone where one waits, because such an outcome is too large to be told to everybody; else it is an event.</summary>
    public static Task Tell(this ConsumeContext context, object outcome) => context.ResponseAddress is not null
        ? context.RespondAsync(outcome, outcome.GetType())
        : context.Publish(outcome, outcome.GetType(), context.CancellationToken);

    /// <summary>What the requester is told of an exception; null for one that gives the command back to the queue.</summary>
    public static Problem? ProblemOf(Exception failure) => failure switch
    {
        ModelNotLoadableException unloadable => unloadable.Problem,
        GenerationFailedException failed => failed.Problem,
        OnnxRuntimeException fault => Problems.EngineFault(fault.Message),
        _ => null,
    };
}
