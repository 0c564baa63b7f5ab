using Microsoft.Extensions.Options;

namespace Aigc.ModelTraining.Imports;

/// <summary>Tries again what a network may have spoilt.</summary>
internal sealed class Retries(IOptions<ImportOptions> options, TimeProvider time)
{
    /// <summary>Runs an attempt until it works. Attempts that got further than those before do not count as failures: a line that breaks every gigabyte still gets there.</summary>
    /// <param name="gained">How far it got, in bytes.</param>
    public async Task<T> Run<T>(Func<Task<T>> attempt, Func<long> gained, CancellationToken ct)
    {
        var (furthest, failures) = (gained(), 0);
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (Exception error) when (Answers.IsTransient(error))
            {
                failures = gained() > furthest ? 1 : failures + 1;
                furthest = Math.Max(furthest, gained());
                if (failures > options.Value.MaxRetries)
                    throw;
            }

            await Task.Delay(options.Value.RetryPause * Math.Pow(2, failures - 1), time, ct);
        }
    }
}
