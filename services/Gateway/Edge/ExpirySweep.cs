using System.Linq.Expressions;
using Aigc.Storage.Documents;

namespace Aigc.Gateway.Edge;

/// <summary>Removes documents whose time is over, so that what strangers and repeats leave behind does not grow.</summary>
internal sealed partial class ExpirySweep<T>(IDocumentStore<T> documents, Expression<Func<T, DateTimeOffset>> expiresAt, TimeProvider time, ILogger<ExpirySweep<T>> logger)
    : BackgroundService
    where T : class, IDocument
{
    private const int Batch = 200;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Sweep(stoppingToken);
            }
            catch (Exception away) when (away is not OperationCanceledException)
            {
                Failed(logger, away, typeof(T).Name);
            }
        }
    }

    /// <summary>Removes all that is over by now.</summary>
    internal async Task Sweep(CancellationToken ct)
    {
        IReadOnlyList<T> over;
        do
        {
            over = await documents.Query(new DocumentQuery<T>().AtMost(expiresAt, time.GetUtcNow()).Take(Batch), ct);
            foreach (var document in over)
            {
                await documents.Delete(document.Id, ct);
            }
        }
        while (over.Count == Batch);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Expired {What} could not be removed; the next sweep tries again.")]
    private static partial void Failed(ILogger logger, Exception failure, string what);
}
