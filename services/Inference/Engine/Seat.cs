using Aigc.Contracts.Inference;

namespace Aigc.Inference.Engine;

/// <summary>Where a sequence stands.</summary>
internal enum SeatState
{
    /// <summary>No slot yet, or none any more.</summary>
    Waiting,

    /// <summary>Has a slot; part of its tokens may be in it.</summary>
    Prefilling,

    /// <summary>All its tokens but the last are in its slot; one token a step.</summary>
    Decoding,

    /// <summary>Gone.</summary>
    Released,
}

/// <summary>A sequence as the scheduler sees it: whose it is, how many tokens it has and may need, and how many of them are in its slot.</summary>
/// <param name="promptTokens">Length of the prompt.</param>
/// <param name="answerTokens">Most tokens of answer it may come to.</param>
internal class Seat(int promptTokens, int answerTokens = 0)
{
    /// <summary>Length of the prompt.</summary>
    public int PromptTokens { get; } = promptTokens;

    /// <summary>Tokens of cache it can come to need.</summary>
    public int Need { get; } = promptTokens + answerTokens;

    /// <summary>Whose it is: slots are shared out between tenants.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Who waits for it.</summary>
    public GenerationPriority Priority { get; init; }

    /// <summary>
    /// Sequences with the same key may share a computed beginning; null for none. It holds whatever the cached values depend on besides the tokens (the
    /// adapter), and the tenant: the time to a first token tells whether a beginning was known, which is nobody else's business.
    /// </summary>
    public string? CacheKey { get; init; }

    /// <summary>The prompt and what was chosen after it; the first <see cref="Known"/> count.</summary>
    public int[] Tokens { get; init; } = [];

    /// <summary>Tokens there are: the prompt, and those chosen so far.</summary>
    public int Known { get; internal set; } = promptTokens;

    /// <summary>Tokens whose keys and values are in the slot.</summary>
    public int Length { get; internal set; }

    /// <summary>Tokens of the prompt that were found computed when it first got a slot.</summary>
    public int Cached { get; internal set; }

    /// <summary>Slot, or −1 while waiting and after release.</summary>
    public int Slot { get; internal set; } = -1;

    /// <summary>Where it stands.</summary>
    public SeatState State { get; internal set; }

    /// <summary>How often it gave up its slot for an interactive one.</summary>
    public int Preemptions { get; internal set; }

    /// <summary>It got its slot by the turn that batch work is owed, and keeps it.</summary>
    internal bool Owed { get; set; }

    /// <summary>Tokens its tenant was charged when it got its slot.</summary>
    internal long Charged { get; set; }

    /// <summary>Tokens that ran on its behalf since then.</summary>
    internal long Used => Length - Found;

    /// <summary>Tokens that were in its slot when it got it.</summary>
    internal int Found { get; set; }
}

/// <summary>The first <paramref name="Length"/> tokens of one slot go over another's.</summary>
internal readonly record struct SlotCopy(int From, int To, int Length);

/// <summary>One step: at most one prompt chunk and one decode run over the slots 0 … <see cref="Decode"/>−1.</summary>
/// <param name="Prefill">Sequence whose chunk runs; null for none.</param>
/// <param name="ChunkStart">First token of the chunk.</param>
/// <param name="ChunkLength">Tokens in the chunk.</param>
/// <param name="Decode">Rows of the decode run.</param>
internal readonly record struct Step<TSeat>(TSeat? Prefill, int ChunkStart, int ChunkLength, int Decode) where TSeat : Seat
{
    /// <summary>Nothing to run.</summary>
    public bool IsIdle => Prefill is null && Decode == 0;
}
