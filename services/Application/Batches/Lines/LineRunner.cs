using Aigc.Contracts;
using Aigc.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Batches.Lines;

/// <summary>Runs one line until it has a result: what may pass is tried again, what cannot is the line's error.</summary>
internal sealed partial class LineRunner(IEnumerable<IBatchEndpoint> endpoints, TimeProvider time, IOptions<BatchOptions> options, ILogger<LineRunner> logger)
{
    // Busy is not broken: a line waits for these as long as its batch lives.
    private static readonly string[] Busy = ["engine_overloaded", "worker_stopping", "service_unavailable", "rate_limit_exceeded"];

    private readonly Dictionary<string, IBatchEndpoint> _endpoints = endpoints.ToDictionary(endpoint => endpoint.Route);

    /// <summary>Routes whose requests can come in a batch.</summary>
    public IReadOnlyCollection<string> Routes => _endpoints.Keys;

    public async Task<LineResult> Run(BatchRequest request, DateTimeOffset expiresAt, CancellationToken ct)
    {
        var (failures, pause) = (0, options.Value.FirstPause);
        while (true)
        {
            var (result, counts) = await Try(request, expiresAt, failures + 1 >= options.Value.LineAttempts, ct);
            if (result is not null)
            {
                return result;
            }

            failures += counts ? 1 : 0;
            await Task.Delay(pause, time, ct);
            pause = pause * 2 < options.Value.LongestPause ? pause * 2 : options.Value.LongestPause;
        }
    }

    private async Task<(LineResult? Result, bool Counts)> Try(BatchRequest request, DateTimeOffset expiresAt, bool last, CancellationToken ct)
    {
        var endpoint = _endpoints[request.Endpoint];
        try
        {
            return (ResultLine.Answered(request, await endpoint.Answer(request, ct), expiresAt), false);
        }
        catch (ProblemException refused) when (!Busy.Contains(refused.Problem.Code) && (last || !refused.Problem.Transient))
        {
            return (ResultLine.Refused(request, endpoint.Input, refused.Problem, expiresAt), false);
        }
        catch (ProblemException notYet)
        {
            return (null, !Busy.Contains(notYet.Problem.Code));
        }
        catch (RequestTimeoutException)
        {
            // A service of the platform is away; it comes back.
            return (null, false);
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            LineFailed(logger, failure, request.Batch, request.Line);
            return (last ? ResultLine.Refused(request, endpoint.Input, Unexpected(request), expiresAt) : null, true);
        }
    }

    private static Problem Unexpected(BatchRequest request) =>
        new() { Code = "internal_error", Message = $"Something went wrong; the log names it by batch {request.Batch:N} and line {request.Line}.", Transient = true };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch}, line {Line}: an attempt failed.")]
    private static partial void LineFailed(ILogger logger, Exception failure, Guid batch, int line);
}
