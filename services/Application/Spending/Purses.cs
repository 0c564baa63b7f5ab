using System.Collections.Concurrent;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Bus;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aigc.Application.Spending;

/// <summary>
/// The purses of this process, one an account. A request sets aside in memory; the ledger is asked when a purse has too little, and told every few
/// seconds what is held, so that it does not give the process up.
/// </summary>
internal sealed partial class Purses : BackgroundService
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);

    // None is ever removed: two of one account would be one holder with two minds. Tenants, people and keys are few.
    private readonly ConcurrentDictionary<AccountRef, Purse> _purses = new();
    private readonly ILedger _ledger;
    private readonly TimeProvider _time;
    private readonly ILogger<Purses> _logger;

    public Purses(ILedger ledger, TimeProvider time, ILogger<Purses> logger)
        : this(ledger, ProcessIdentity.Current, time, logger)
    {
    }

    internal Purses(ILedger ledger, string holder, TimeProvider time, ILogger<Purses> logger) => (_ledger, Holder, _time, _logger) = (ledger, holder, time, logger);

    /// <summary>The name under which the ledger knows this process.</summary>
    public string Holder { get; }

    public Purse Of(AccountRef account) => _purses.GetOrAdd(account, key => new Purse(key, Holder, _time));

    /// <summary>Whether any of the accounts is limited. The ledger is asked about those nothing is known of.</summary>
    public async ValueTask<bool> AnyLimited(IReadOnlyList<Purse> purses, CancellationToken ct)
    {
        var any = false;
        foreach (var purse in purses)
        {
            while (purse.IsLimited is null)
            {
                await Ask(purse, 0, 0, p => p.IsLimited is null, ct);
            }

            any |= purse.IsLimited == true;
        }

        return any;
    }

    /// <summary>Sets aside on one account, asking the ledger where it must.</summary>
    public async ValueTask<PurseAnswer> Take(Purse purse, long cost, long tokens, CancellationToken ct)
    {
        PurseAnswer answer;
        while ((answer = purse.TryTake(cost, tokens)) == PurseAnswer.Ask)
        {
            // Many wait here at once: what the first was given may do for all.
            await Ask(purse, cost, tokens, p => (answer = p.TryTake(cost, tokens)) == PurseAnswer.Ask, ct);
            if (answer != PurseAnswer.Ask)
            {
                return answer;
            }
        }

        return answer;
    }

    /// <summary>Tells the ledger what is held, and gives back what has not been touched for a while.</summary>
    public async Task Tell(bool closing, CancellationToken ct)
    {
        foreach (var purse in _purses.Values)
        {
            if (purse.Known?.Held is not null)
            {
                await Ask(purse, 0, 0, _ => true, ct, closing);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await Tell(closing: true, cancellationToken).WaitAsync(Farewell, _time, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            TellFailed(_logger, failure); // the lease runs out
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TellEvery, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Tell(closing: false, stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                TellFailed(_logger, failure);
            }
        }
    }

    private async Task Ask(Purse purse, long cost, long tokens, Func<Purse, bool> still, CancellationToken ct, bool closing = false)
    {
        await purse.Turn.WaitAsync(ct);
        try
        {
            if (still(purse))
            {
                var question = purse.Question(cost, tokens, closing);
                // Not bound to the request: an answer that nobody waits for would leave the purse behind what the ledger thinks it has.
                purse.Learn(question, await _ledger.Hold(question, CancellationToken.None), cost, tokens);
            }
        }
        finally
        {
            purse.Turn.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The ledger could not be told what this process holds.")]
    private static partial void TellFailed(ILogger logger, Exception failure);
}
