using Aigc.Contracts.Inference;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Batches.Lines;

/// <summary>
/// Generations of lines: durable commands on the queue of batch work, answered by the event every worker publishes. One whose answer
/// was lost, or whose worker died, is ordered again under the same id; a worker that has answered it says the same once more.
/// </summary>
internal sealed class LineGenerations(LineDesk desk, ICommands commands, TimeProvider time, IOptions<BatchOptions> options)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <exception cref="ProblemException">The worker's problem.</exception>
    public async Task<TextGenerated> Ask(GenerateText command, CancellationToken ct)
    {
        try
        {
            for (var wait = options.Value.ResendAfter; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
            {
                var end = desk.Expect(command.GenerationId);
                await commands.Send(InferenceQueues.Of(command), command, ct);
                try
                {
                    return await end.WaitAsync(wait, time, ct) as TextGenerated
                        ?? throw new ProblemException(((TextGenerationFailed)await end).Problem);
                }
                catch (TimeoutException)
                {
                    // Lost, or in a long queue still: the next order is the same generation.
                }
            }
        }
        finally
        {
            desk.Forget(command.GenerationId);
        }
    }
}
