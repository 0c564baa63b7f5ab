using System.Collections.Concurrent;
using System.Globalization;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Spending;

/// <summary>
/// Sets the most an answer may cost aside before it is asked for, on every account it is charged to, and settles it when its outcome is heard. An answer
/// whose client left is settled by what its worker says it had used; one of which nothing is heard counts for all that was set aside, for long.
/// </summary>
internal sealed class Budgets(Purses purses, Payers payers, ILedger ledger, TimeProvider time, IOptions<ApplicationOptions> options)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PricesRemembered = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, SetAside> _open = new();
    private volatile KnownPrices? _prices;
    private long _looked = time.GetTimestamp();

    /// <summary>Answers under way for which something is set aside.</summary>
    public int Open => _open.Count;

    /// <summary>Sets money and tokens aside. Returns the link the work is to carry.</summary>
    /// <param name="id">Identity of the work; its outcome is heard of under it.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="model">Name of the model.</param>
    /// <param name="most">The most tokens it may take; only asked for where something is limited.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ProblemException"><c>insufficient_quota</c> or <c>rate_limit_exceeded</c>.</exception>
    public async Task<JobLink> Reserve(Guid id, string tenant, string model, Func<TokenBound> most, CancellationToken ct)
    {
        var link = payers.Link(id, tenant);
        Purse[] all = [.. AccountRef.Of(link).Select(purses.Of)];
        if (!await purses.AnyLimited(all, ct))
        {
            return link;
        }

        // The same work once more, after nothing was heard of it: what it had set aside is what it sets aside now.
        Release(id);
        var (bound, rates) = (most(), TokenRates((await Prices(ct)).RatesOf(model, time.GetUtcNow())));
        var cost = Math.Max(1, bound.Cost(rates));
        await Take(all, cost, bound.Tokens, ct);
        _open[id] = new SetAside(all, [.. all.Select(purse => purse.Known!.Window)], cost, bound.Tokens, rates, time.GetTimestamp());
        RateHeaders.Write(payers.Request, all);
        Forget();
        return link with { Charge = new Charge { Holder = purses.Holder, Most = cost, Rates = rates } };
    }

    /// <summary>The work was never asked for.</summary>
    public void Release(Guid id) => Settle(id, 0, 0);

    /// <summary>An outcome; heard more than once, it counts once.</summary>
    public void Hear(TextGenerated done) =>
        Settle(done.GenerationId, Meters.OfText(done.PromptTokens, done.CachedPromptTokens, done.CompletionTokens), done.PromptTokens + done.CompletionTokens);

    /// <summary>An outcome without an answer: what it had used is paid for, which is nothing unless it was cancelled.</summary>
    public void Hear(TextGenerationFailed failed) =>
        Settle(failed.GenerationId, Meters.OfText(failed.PromptTokens, 0, failed.CompletionTokens), failed.PromptTokens + failed.CompletionTokens);

    /// <summary>An outcome of other work.</summary>
    public void Hear(Guid id, IReadOnlyDictionary<string, long> quantities) => Settle(id, quantities, quantities.GetValueOrDefault(Meters.InputTokens));

    /// <summary>Asks the ledger whether a long job may start.</summary>
    /// <exception cref="ProblemException"><c>insufficient_quota</c> or <c>rate_limit_exceeded</c>.</exception>
    public async Task Admit(Guid id, JobLink link, object command, CancellationToken ct)
    {
        var estimate = JobEstimate.Of(command, await Prices(ct), time.GetUtcNow());
        var answer = await ledger.Admit(new AdmitJob { JobId = id, Job = link, Estimate = estimate }, ct);
        if (answer.Problem is { } problem)
        {
            Refuse(problem, answer.RetryAfterSeconds);
        }
    }

    private async Task Take(Purse[] all, long cost, long tokens, CancellationToken ct)
    {
        var taken = 0;
        try
        {
            for (; taken < all.Length; taken++)
            {
                var answer = await purses.Take(all[taken], cost, tokens, ct);
                if (answer != PurseAnswer.Taken)
                {
                    Refuse(all[taken], answer, cost, tokens);
                }
            }
        }
        catch
        {
            // All or none: what the first accounts have set aside is theirs again.
            foreach (var purse in all.AsSpan(0, taken))
            {
                purse.Settle(cost, 0, purse.Known!.Window, tokens, 0);
            }

            throw;
        }
    }

    private void Refuse(Purse purse, PurseAnswer answer, long cost, long tokens)
    {
        var (known, now) = (purse.Known!, time.GetUtcNow());
        if (answer == PurseAnswer.NoMoney)
        {
            Refuse(
                Quota.Exceeded(purse.Account.Scope, known.Budget, known.Left, cost, known.PeriodEnds, known.Currency),
                known.PeriodEnds is { } ends ? Seconds(ends - now) : null);
        }

        RateHeaders.Write(payers.Request, [purse]);
        var reset = purse.Reset;
        Refuse(
            new Problem
            {
                Code = "rate_limit_exceeded",
                Message = tokens > known.TokensPerMinute
                    ? $"This {purse.Account.Scope} may use {known.TokensPerMinute} tokens a minute and this may take {tokens}; ask for fewer."
                    : $"This {purse.Account.Scope} may use {known.TokensPerMinute} tokens a minute, of which {purse.TokensLeft} are left, and this may take {tokens}; try again in {Seconds(reset)} s.",
            },
            Seconds(reset));
    }

    private void Refuse(Problem problem, long? retryAfter)
    {
        if (payers.Request?.Response is { HasStarted: false } response)
        {
            if (retryAfter is { } seconds)
            {
                response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            if (problem.Code == Quota.Code)
            {
                // OpenAI's clients try 429 again by themselves, which brings no money.
                response.Headers["x-should-retry"] = "false";
            }
        }

        throw new ProblemException(problem);
    }

    private void Settle(Guid id, IReadOnlyDictionary<string, long> quantities, long tokens)
    {
        if (_open.TryGetValue(id, out var aside))
        {
            // As the ledger reckons it: the same prices, and no more than was set aside.
            Settle(id, Math.Min(Meters.Cost(quantities, aside.Rates), aside.Cost), tokens);
        }
    }

    private void Settle(Guid id, long cost, long tokens)
    {
        if (_open.TryRemove(id, out var aside))
        {
            for (var i = 0; i < aside.Purses.Length; i++)
            {
                aside.Purses[i].Settle(aside.Cost, cost, aside.Windows[i], aside.Tokens, tokens);
            }
        }
    }

    // Nothing was heard of them for long and nothing will be: a worker was lost, and its queue with it. Before that they count as spent.
    private void Forget()
    {
        var looked = Interlocked.Read(ref _looked);
        if (time.GetElapsedTime(looked) < LookEvery || Interlocked.CompareExchange(ref _looked, time.GetTimestamp(), looked) != looked)
        {
            return;
        }

        foreach (var (id, _) in _open.Where(open => time.GetElapsedTime(open.Value.At) > options.Value.OutcomeTimeout))
        {
            Release(id);
        }
    }

    private static Dictionary<string, long> TokenRates(IReadOnlyDictionary<string, long> rates) =>
        rates.Where(rate => rate.Key is Meters.InputTokens or Meters.CachedTokens or Meters.OutputTokens or Meters.ClassifiedTexts).ToDictionary();

    private static long Seconds(TimeSpan span) => Math.Max(1, (long)Math.Ceiling(span.TotalSeconds));

    private async ValueTask<PriceList> Prices(CancellationToken ct)
    {
        if (_prices is { } known && time.GetElapsedTime(known.At) < PricesRemembered)
        {
            return known.List;
        }

        var list = await ledger.Prices(ct);
        _prices = new KnownPrices(time.GetTimestamp(), list);
        return list;
    }

    private sealed record KnownPrices(long At, PriceList List);

    private sealed record SetAside(Purse[] Purses, DateTimeOffset[] Windows, long Cost, long Tokens, IReadOnlyDictionary<string, long> Rates, long At);
}
