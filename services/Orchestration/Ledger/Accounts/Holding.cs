using Aigc.Contracts.Orchestration;

namespace Aigc.Orchestration.Ledger.Accounts;

/// <summary>
/// Gives processes blocks of a budget. A block is a small share of what is left, so that no process keeps the rest of a small budget from another; where even
/// that is less than what is needed, it is exactly what is needed. What cannot be given whole is not given at all.
/// </summary>
internal static class Holding
{
    // Of what is left, the most one block takes.
    private const long BlockShare = 16;

    /// <summary>Applies a holder's message to the account and says where it stands. False: nothing was changed.</summary>
    public static bool Apply(AccountDocument account, HoldFunds asked, LedgerOptions options, DateTimeOffset now, out FundsHeld answer)
    {
        var (changed, lost) = (false, false);
        long? held = null;
        if (account.Budget is not null)
        {
            held = Money(account, asked, options, now, ref lost);
            changed = true;
        }
        else if (account.Grants.Remove(asked.Holder))
        {
            account.Reschedule();
            changed = true;
        }

        var (window, tokens, left) = Tokens(account, asked, now, ref changed);
        answer = new FundsHeld
        {
            Held = held,
            Lost = lost,
            Budget = account.Budget ?? 0,
            Left = account.Left(now),
            PeriodEnds = account.Budget is null ? null : Periods.End(account.Period, now),
            Currency = options.Currency,
            TokensPerMinute = account.TokensPerMinute,
            Window = window,
            WindowLeft = (long)(window.AddMinutes(1) - now).TotalMilliseconds,
            TokensHeld = tokens,
            TokensLeft = left,
        };
        return changed;
    }

    private static long Money(AccountDocument account, HoldFunds asked, LedgerOptions options, DateTimeOffset now, ref bool lost)
    {
        var known = account.Grants.GetValueOrDefault(asked.Holder);
        if (known is not null && asked.Sequence <= known.Sequence)
        {
            return known.Amount; // said before, or late
        }

        lost = known is null && asked.Sequence > 1;
        var grant = account.Grants[asked.Holder] = known ?? new Grant();
        (grant.Sequence, grant.State, grant.Until) = (asked.Sequence, GrantState.Live, now + options.Lease);
        // What is under way is under way, whatever is left.
        grant.Amount = lost ? asked.Open : Math.Max(asked.Held, 0);
        if (asked.Closing)
        {
            (grant.State, grant.Until) = (GrantState.Ended, now + options.SettleAfter);
        }
        else if (asked.Need > 0 && account.Left(now) is var left && left >= asked.Need)
        {
            grant.Amount += Math.Max(asked.Need, Math.Min(asked.Want, left / BlockShare));
        }

        account.Reschedule();
        return grant.Amount;
    }

    // Whole minutes: what is left of one is not carried into the next.
    private static (DateTimeOffset Window, long Held, long Left) Tokens(AccountDocument account, HoldFunds asked, DateTimeOffset now, ref bool changed)
    {
        var minute = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        if (account.TokensPerMinute is not { } limit)
        {
            return (minute, 0, 0);
        }

        if (account.Tokens?.Start != minute)
        {
            account.Tokens = new TokenWindow(minute, []);
            changed = true;
        }

        var given = account.Tokens.Given;
        var mine = asked.Window == minute ? asked.TokensHeld : 0;
        var left = limit - given.Where(one => one.Key != asked.Holder).Sum(one => one.Value) - mine;
        if (asked.TokensNeed > 0 && left >= asked.TokensNeed)
        {
            var block = Math.Max(asked.TokensNeed, left / BlockShare);
            (mine, left) = (mine + block, left - block);
        }

        changed |= given.GetValueOrDefault(asked.Holder) != mine;
        given[asked.Holder] = mine;
        return (minute, mine, Math.Max(0, left));
    }
}
