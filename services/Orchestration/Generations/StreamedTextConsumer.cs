using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Orchestration.Generations;

/// <summary>Lets those who watch a job read a durable generation while it comes. What is lost on the way is in the final answer.</summary>
internal sealed class StreamedTextConsumer(IDocumentStore<GenerationRun> generations, TimeProvider time)
    : IConsumer<TextStreamed>, IConsumer<TextGenerated>, IConsumer<TextGenerationFailed>
{
    public const string Queue = "orchestration.streams";

    // Of several answers the first is the one that is kept.
    public Task Consume(ConsumeContext<TextStreamed> context) => context.Message.Answer > 0 ? Task.CompletedTask :
        Tell(context, context.Message.GenerationId, context.Message.Sequence, null, "pieces", new() { ["text"] = context.Message.Text });

    public Task Consume(ConsumeContext<TextGenerated> context) =>
        Tell(context, context.Message.GenerationId, context.Message.CompletionTokens, context.Message.CompletionTokens, "tokens", []);

    // The saga hears of it by the event and ends; there is no progress to tell.
    public Task Consume(ConsumeContext<TextGenerationFailed> context) => Task.CompletedTask;

    private async Task Tell(ConsumeContext context, Guid id, double done, double? total, string unit, Dictionary<string, string> facts)
    {
        if (await generations.Find(id.ToString(), context.CancellationToken) is { } run)
        {
            await context.Publish(new JobProgressed
            {
                JobId = id,
                Job = run.Job,
                Stage = "generate",
                Done = done,
                Total = total,
                Unit = unit,
                At = time.GetUtcNow(),
                Facts = facts,
            });
        }
    }
}
