using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine;

/// <summary>What a sequence finds computed, and that the copies which the scheduler orders make it true: slots are lists of tokens here.</summary>
public sealed class PrefixReuseTests
{
    private const int Slots = 4;
    private readonly BatchScheduler<Seat> _scheduler = new(new(Slots, 1024, 1000, 64, 64));
    private readonly List<SlotCopy> _copies = [];
    private readonly int[][] _slots = [.. Enumerable.Range(0, Slots).Select(_ => new int[1024])];

    [Fact]
    public void The_same_prompt_again_computes_one_token()
    {
        Finish(Serve(Of(Text(100))));
        Assert.Equal((99, 100), (Serve(Of(Text(100))).Cached, 100));
    }

    [Fact]
    public void A_conversation_goes_on_where_it_ended()
    {
        var first = Serve(Of(Text(40)));
        Answer(first, 20);
        Finish(first);
        int[] next = [.. first.Tokens.AsSpan(0, first.Known), .. Text(10, 7)];
        Assert.Equal(first.Length, Serve(Of(next)).Cached);
    }

    [Fact]
    public void A_running_sequences_prompt_is_shared_while_it_runs()
    {
        Serve(Of([.. Text(50), .. Text(5, 2)]));
        Assert.Equal(50, Serve(Of([.. Text(50), .. Text(9, 3)])).Cached);
    }

    [Theory]
    [InlineData(15, 0)]
    [InlineData(16, 16)]
    public void A_beginning_too_short_to_be_worth_it_is_computed(int shared, int cached)
    {
        Finish(Serve(Of([.. Text(shared), 1])));
        Assert.Equal(cached, Serve(Of([.. Text(shared), 2, 3])).Cached);
    }

    [Fact]
    public void Another_tenants_or_adapters_tokens_are_never_shared()
    {
        Finish(Serve(Of(Text(100), "a")));
        Assert.Equal(0, Serve(Of(Text(100), "b")).Cached);
        Assert.Equal(0, Serve(Of(Text(100), null)).Cached);
        Finish(_scheduler.Decoding[1]);
        Assert.Equal(0, Serve(Of(Text(100), null)).Cached);
    }

    [Fact]
    public void A_slot_after_a_failed_run_is_not_trusted()
    {
        _scheduler.Release(Serve(Of(Text(100))), _copies, trusted: false);
        Assert.Equal(0, Serve(Of(Text(100))).Cached);
    }

    [Fact]
    public void Conversations_outlive_each_other_in_free_slots()
    {
        // One slot fewer than there are: the sequence that runs needs the first.
        for (var i = 0; i < Slots - 1; i++)
            Finish(Serve(Of(Text(100, i))));
        for (var i = 0; i < 2 * (Slots - 1); i++)
        {
            var again = Serve(Of(Text(100, i % (Slots - 1))));
            Assert.Equal(99, again.Cached);
            Finish(again);
        }
    }

    [Fact]
    public void Whatever_happens_a_slot_holds_the_tokens_of_the_one_who_has_it()
    {
        var random = new Random(5);
        var live = new List<Seat>();
        var cached = 0;
        for (var i = 0; i < 20_000; i++)
        {
            if (random.Next(9) == 0)
            {
                int[] tokens = [.. Text(random.Next(10, 80), random.Next(3)), .. Text(random.Next(1, 40), random.Next(6))];
                var seat = Of(tokens, random.Next(3) == 0 ? "b" : "a", random.Next(3) == 0);
                if (_scheduler.Enqueue(seat, out var displaced) == Admission.Accepted)
                    live.Add(seat);
                live.Remove(displaced!);
            }
            if (live.Count > 0 && random.Next(6) == 0)
            {
                var leaving = live[random.Next(live.Count)];
                live.Remove(leaving);
                _scheduler.Release(leaving, _copies, trusted: random.Next(5) > 0);
                Copy();
            }
            Step();
            foreach (var seat in _scheduler.Decoding)
                Assert.True(_slots[seat.Slot].AsSpan(0, seat.Length).SequenceEqual(seat.Tokens.AsSpan(0, seat.Length)));
            cached = Math.Max(cached, live.Count == 0 ? 0 : live.Max(seat => seat.Cached));
        }
        Assert.True(cached > 30 && _scheduler.Preemptions > 30, $"{cached} found, {_scheduler.Preemptions} gave way");
    }

    private static int[] Text(int length, int seed = 0) => [.. Enumerable.Range(0, length).Select(i => (i * 31) + (seed * 1000))];

    private static Seat Of(int[] prompt, string? key = "a", bool batch = false)
    {
        var tokens = new int[prompt.Length + 100];
        prompt.CopyTo(tokens, 0);
        return new(prompt.Length, 100) { Tokens = tokens, CacheKey = key, Priority = batch ? Contracts.Inference.GenerationPriority.Batch : default };
    }

    private Seat Serve(Seat seat)
    {
        _scheduler.Enqueue(seat, out _);
        while (seat.State != SeatState.Decoding)
            Step();
        return seat;
    }

    private void Answer(Seat seat, int tokens)
    {
        for (var i = 0; i < tokens; i++)
            Step();
        Assert.True(seat.Known >= seat.PromptTokens + tokens);
    }

    private void Finish(Seat seat)
    {
        _scheduler.Release(seat, _copies);
        Copy();
    }

    // A step as the generator runs it: copies, a chunk, one token for everybody who decodes.
    private void Step()
    {
        var step = _scheduler.Next(_copies);
        Copy();
        if (step.Prefill is { } prompt)
            prompt.Tokens.AsSpan(step.ChunkStart, step.ChunkLength).CopyTo(_slots[prompt.Slot].AsSpan(step.ChunkStart));
        if (_scheduler.Advance(step))
            Choose(step.Prefill!);
        for (var row = 0; row < step.Decode; row++)
        {
            var seat = _scheduler.Decoding[row];
            if (seat.Known >= seat.Need)
                continue;
            _slots[row][seat.Length] = seat.Tokens[seat.Length];
            seat.Length++;
            Choose(seat);
        }
    }

    private static void Choose(Seat seat)
    {
        if (seat.Known < seat.Need)
            seat.Tokens[seat.Known++] = 9000 + seat.Known;
    }

    private void Copy()
    {
        foreach (var copy in _copies)
            _slots[copy.From].AsSpan(0, copy.Length).CopyTo(_slots[copy.To]);
        _copies.Clear();
    }
}
