using Aigc.Contracts.Jobs;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Ledger.Accounts;

/// <summary>Looks after what is set aside. Any number of processes may.</summary>
internal sealed partial class AccountSweep(AccountBook accounts, IBus bus, TimeProvider time, IOptions<LedgerOptions> options, ILogger<AccountSweep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var job in await accounts.Sweep(stoppingToken))
                {
                    await bus.Publish(new StateRequested { JobId = job }, stoppingToken);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(logger, failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is set aside could not be looked after and will be later.")]
    private static partial void Failed(ILogger logger, Exception failure);
}
