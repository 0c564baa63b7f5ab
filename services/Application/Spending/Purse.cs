using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Spending;

/// <summary>How a purse stands on a request.</summary>
internal enum PurseAnswer
{
    /// <summary>It is set aside.</summary>
    Taken,

    /// <summary>The ledger must be asked.</summary>
    Ask,

    /// <summary>The ledger was asked a moment ago, and there is not enough money.</summary>
    NoMoney,

    /// <summary>The same, of tokens of this minute.</summary>
    NoTokens,
}

/// <summary>
/// What this process may give out of one account: a block of its budget and of its tokens of this minute. It never gives more than it was given, and counts
/// what is under way at the most it may cost. Of no budget it holds nothing and looks again after a moment.
/// </summary>
internal sealed class Purse(AccountRef account, string holder, TimeProvider time)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RefusalRemembered = TimeSpan.FromMilliseconds(250);

    // A block is wanted for so many requests like the one it is asked for; the ledger gives as much only where much is left.
    private const long BlockOf = 64;

    private readonly Lock _gate = new();
    private FundsHeld? _known;
    private long _knownAt;
    private long _held;
    private long _used;
    private long _open;
    private long _usedAsked;
    private long _tokensUsed;
    private long _sequence;
    private (long Need, long At)? _noMoney;
    private (long Need, long At)? _noTokens;
    private long _lastUse;

    /// <summary>One question to the ledger at a time: its messages are numbered.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    public AccountRef Account => account;

    /// <summary>What the ledger last said; null before it was asked.</summary>
    public FundsHeld? Known
    {
        get
        {
            lock (_gate)
            {
                return _known;
            }
        }
    }

    /// <summary>Whether anything of this account is limited, as far as is known; null when it must be asked.</summary>
    public bool? IsLimited
    {
        get
        {
            lock (_gate)
            {
                return IsLimitedNow();
            }
        }
    }

    /// <summary>What was spent and is set aside; for tests and figures.</summary>
    public (long Held, long Used, long Open) Figures
    {
        get
        {
            lock (_gate)
            {
                return (_held, _used, _open);
            }
        }
    }

    /// <summary>Sets aside the most a request may cost and take.</summary>
    public PurseAnswer TryTake(long cost, long tokens)
    {
        lock (_gate)
        {
            if (IsLimitedNow() is not { } limited)
            {
                return PurseAnswer.Ask;
            }

            var money = _known!.Held is null || _held - _used - _open >= cost;
            var rate = !limited || _known.TokensPerMinute is null || (IsInWindow() && _known.TokensHeld - _tokensUsed >= tokens);
            if (money && rate)
            {
                _open += cost; // without a budget too: one may be set while the work is under way
                _tokensUsed += tokens;
                _lastUse = time.GetTimestamp();
                return PurseAnswer.Taken;
            }

            return !money && Refused(_noMoney, cost) ? PurseAnswer.NoMoney
                : !rate && Refused(_noTokens, tokens) ? PurseAnswer.NoTokens
                : PurseAnswer.Ask;
        }
    }

    /// <summary>Work has ended. What was set aside for it and not spent can be given out again.</summary>
    public void Settle(long setAside, long cost, DateTimeOffset window, long tokensSetAside, long tokens)
    {
        lock (_gate)
        {
            _open -= setAside;
            _used += cost;
            if (_known?.Window == window)
            {
                _tokensUsed -= Math.Max(0, tokensSetAside - tokens);
            }
        }
    }

    /// <summary>The question that would help with a request. 0 asks for nothing and tells what is held.</summary>
    public HoldFunds Question(long cost, long tokens, bool closing = false)
    {
        lock (_gate)
        {
            var limited = _known?.Held is not null;
            if (closing || (limited && cost == 0 && time.GetElapsedTime(_lastUse) > Remembered))
            {
                // Given back before it is said: should the answer be lost, too little is at hand and never too much.
                _held = _used + _open;
            }

            var free = limited ? Math.Max(0, _held - _used - _open) : 0;
            var mine = IsInWindow() ? _known!.TokensHeld : 0;
            _usedAsked = _used;
            return new HoldFunds
            {
                Account = account,
                Holder = holder,
                Sequence = ++_sequence,
                Held = limited ? _held : _used + _open,
                Open = _open,
                Need = cost > 0 ? Math.Max(1, cost - free) : 0,
                Want = cost > long.MaxValue / BlockOf ? long.MaxValue : cost * BlockOf,
                Window = IsInWindow() ? _known!.Window : null,
                TokensHeld = mine,
                TokensNeed = tokens > 0 ? Math.Max(1, tokens - Math.Max(0, mine - (IsInWindow() ? _tokensUsed : 0))) : 0,
                Closing = closing && _open == 0,
            };
        }
    }

    /// <summary>What the ledger says to the question.</summary>
    public void Learn(HoldFunds asked, FundsHeld said, long cost, long tokens)
    {
        lock (_gate)
        {
            if (said.Lost)
            {
                // What was spent before is no longer part of what is held; what was settled since the question is.
                _used -= _usedAsked;
            }

            if (_known?.Window != said.Window)
            {
                _tokensUsed = 0;
            }

            var now = time.GetTimestamp();
            (_known, _knownAt) = (said, now);
            _held = said.Held ?? _used + _open;
            // Where the ledger had given it up, the question was about something else.
            _noMoney = asked.Need > 0 && !said.Lost && said.Held is not null && _held - _used - _open < cost ? (cost, now) : null;
            _noTokens = asked.TokensNeed > 0 && said.TokensPerMinute is not null && said.TokensHeld - _tokensUsed < tokens ? (tokens, now) : null;
        }
    }

    /// <summary>Until the tokens begin anew.</summary>
    public TimeSpan Reset
    {
        get
        {
            lock (_gate)
            {
                return _known is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(_known.WindowLeft) - time.GetElapsedTime(_knownAt);
            }
        }
    }

    /// <summary>Tokens of this minute that are left to this account, as far as this process can tell.</summary>
    public long TokensLeft
    {
        get
        {
            lock (_gate)
            {
                return _known is null ? 0 : Math.Max(0, _known.TokensLeft + _known.TokensHeld - _tokensUsed);
            }
        }
    }

    private bool IsInWindow() => _known is not null && time.GetElapsedTime(_knownAt).TotalMilliseconds < _known.WindowLeft;

    private bool? IsLimitedNow() => _known switch
    {
        null => null,
        { Held: null, TokensPerMinute: null } => time.GetElapsedTime(_knownAt) < Remembered ? false : null,
        // A limit that was lifted, or a budget beside a rate, is seen by looking again as well.
        { Held: null } => time.GetElapsedTime(_knownAt) < Remembered ? true : null,
        _ => true,
    };

    private bool Refused((long Need, long At)? refusal, long need) => refusal is { } refused && need >= refused.Need && time.GetElapsedTime(refused.At) < RefusalRemembered;
}
