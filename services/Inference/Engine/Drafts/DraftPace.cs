namespace Aigc.Inference.Engine.Drafts;

/// <summary>
/// How many tokens a draft proposes next: as many as give most tokens in a plain step's time, by what was accepted of late and by what proposing and verifying
/// take; none while that is less than one. With an acceptance a of each token, k proposals give 1 + a + … + aᵏ tokens (Leviathan et al. 2023, equation 1). Times are
/// kept as shares of a plain step's, since both grow with the context. Never touches a clock or a tensor.
/// </summary>
/// <param name="most">Most tokens proposed at once.</param>
internal sealed class DraftPace(int most)
{
    // Each number of proposals is measured twice at first: the first time is that of new bindings and cold code.
    private const int Rounds = 2;
    private const int FirstPlain = 2;

    // A plain step among so many others keeps the measure of all others right.
    private const int PlainTurn = 64;

    // Steps of trial after a pause, and the pause, which doubles as long as trials fail.
    private const int TrialSteps = 4;
    private const int ShortestPause = 64;
    private const int LongestPause = 2048;

    // What was accepted 20 steps ago counts a third.
    private const double Fading = 0.95;

    private readonly double[] _verify = new double[most + 1]; // by proposals, as shares of a plain step
    private double _plain, _draft;
    private double _hits = 3, _tries = 4;
    private int _plainSteps, _measured, _sincePlain, _trial, _pause = ShortestPause, _pausing;

    /// <summary>Acceptance of a proposed token, of late.</summary>
    public double Acceptance => _hits / _tries;

    /// <summary>Tokens to propose in the next step; 0 for a plain one.</summary>
    public int Next()
    {
        if (_plainSteps < FirstPlain || _pausing > 0 || _sincePlain >= PlainTurn)
            return 0;
        if (_measured < Rounds * most)
            return 1 + (_measured % most);
        return Best(least: _trial > 0 ? 1 : 0);
    }

    /// <summary>A plain step took so long.</summary>
    public void Plain(double seconds)
    {
        Follow(ref _plain, seconds);
        _plainSteps++;
        _sincePlain = 0;
        // What was accepted before the pause counts little: it may have been another text.
        if (_pausing > 0 && --_pausing == 0)
            (_trial, _hits, _tries) = (TrialSteps, _hits / 4, _tries / 4);
    }

    /// <summary>A step with proposals is over.</summary>
    /// <param name="proposed">Tokens proposed, at least one.</param>
    /// <param name="accepted">Those of them that were chosen.</param>
    /// <param name="drafting">Seconds it took to propose them.</param>
    /// <param name="verifying">Seconds it took to verify them.</param>
    public void Verified(int proposed, int accepted, double drafting, double verifying)
    {
        _hits = (_hits * Fading) + accepted;
        _tries = (_tries * Fading) + accepted + (accepted < proposed ? 1 : 0);
        if (_plain > 0)
        {
            Follow(ref _draft, drafting / proposed / _plain);
            Follow(ref _verify[proposed], verifying / _plain);
        }
        _sincePlain++;
        if (_measured < Rounds * most)
            _measured++;
        else if (_trial > 0)
            _trial--;
        if (_measured < Rounds * most || _trial > 0)
            return;
        if (Best(least: 0) > 0)
            _pause = ShortestPause;
        else
            (_pausing, _pause) = (_pause, Math.Min(2 * _pause, LongestPause));
    }

    private int Best(int least)
    {
        var (best, highest) = (least, 0.0);
        var (tokens, power) = (1.0, 1.0);
        for (var count = 0; count <= most; count++, power *= Acceptance, tokens += power)
        {
            var rate = tokens / (count == 0 ? 1 : Cost(count));
            if (count >= least && rate > highest)
                (best, highest) = (count, rate);
        }
        return best;
    }

    // A number of proposals that the answer's end has kept from being measured costs like the next one that was.
    private double Cost(int proposals)
    {
        for (var count = proposals; count <= most; count++)
        {
            if (_verify[count] > 0)
                return _verify[count] + (proposals * _draft);
        }
        return 1 + (proposals * _draft);
    }

    // Down quickly and up slowly: what comes between, other processes, a collection, only ever makes a step longer.
    private static void Follow(ref double value, double sample) =>
        value = value == 0 ? sample : sample < value ? (value + sample) / 2 : value + (0.1 * (Math.Min(sample, 4 * value) - value));
}
