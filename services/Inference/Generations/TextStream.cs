using Aigc.Contracts.Inference;
using Aigc.Inference.Serving;
using MassTransit;

namespace Aigc.Inference.Generations;

/// <summary>
/// Sends an answer's text while it comes: the first piece at once, then what has gathered every interval, the rest before the outcome is told. Pieces
/// are hints: when one cannot be sent the stream ends, the answer does not, and its final text repairs the client.
/// </summary>
internal sealed partial class TextStream(TimeProvider time, TimeSpan interval, ILogger logger)
{
    /// <summary>Returns when the answer is over and all its text is sent.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="answer">Which of its answers.</param>
    /// <param name="running">The answer on its way.</param>
    /// <param name="to">Where pieces go.</param>
    /// <param name="ct">Nobody reads them any more.</param>
    public async Task Follow(Guid generation, int answer, ITextRun running, ISendEndpoint to, CancellationToken ct)
    {
        try
        {
            await running.FirstText.WaitAsync(ct);
            for (var sequence = 0; ;)
            {
                var over = running.Completion.IsCompleted; // read before the text: what came later is sent in the next round
                var text = running.Answer.TakeNew(out var likelihoods);
                var calls = running.Calls?.TakeNew() ?? [];
                if (text.Length > 0 || likelihoods.Count > 0 || calls.Count > 0)
                {
                    await to.Send(
                        new TextStreamed { GenerationId = generation, Answer = answer, Sequence = sequence++, Text = text, LogProbabilities = likelihoods, ToolCalls = calls }, ct);
                }
                if (over)
                    return;
                await Task.WhenAny(running.Completion, Task.Delay(interval, time, ct));
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogBroken(logger, generation, e);
        }
        catch (OperationCanceledException)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stream of generation {GenerationId} broke off; its answer goes on")]
    private static partial void LogBroken(ILogger logger, Guid generationId, Exception error);
}
