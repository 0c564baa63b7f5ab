using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine;

public sealed class BatchSchedulerTests
{
    private readonly List<SlotCopy> _moves = [];

    [Fact]
    public void Nothing_to_do_is_an_idle_step() => Assert.True(Scheduler().Next(_moves).IsIdle);

    [Fact]
    public void A_long_prompt_is_cut_into_chunks_that_cover_it_once()
    {
        var scheduler = Scheduler(chunkAlone: 10);
        scheduler.Enqueue(new Seat(25), out _);
        var chunks = new List<(int, int)>();
        while (scheduler.Next(_moves) is { Prefill: not null } step)
        {
            chunks.Add((step.ChunkStart, step.ChunkLength));
            scheduler.Advance(step);
        }
        Assert.Equal([(0, 10), (10, 10), (20, 5)], chunks);
    }

    [Fact]
    public void Chunks_are_smaller_while_others_decode()
    {
        var scheduler = Scheduler(chunkAlone: 50, chunkShared: 7);
        Decode(scheduler, new Seat(3));
        scheduler.Enqueue(new Seat(30), out _);
        Assert.Equal(7, scheduler.Next(_moves).ChunkLength);
    }

    [Fact]
    public void Who_decodes_advances_in_every_step_that_prefills_somebody_else()
    {
        var scheduler = Scheduler(chunkShared: 2);
        Decode(scheduler, new Seat(3));
        scheduler.Enqueue(new Seat(20), out _);
        for (var i = 0; i < 10; i++)
        {
            var step = scheduler.Next(_moves);
            Assert.NotNull(step.Prefill);
            Assert.Equal(1, step.Decode);
            scheduler.Advance(step);
        }
        Assert.Equal(2, scheduler.Next(_moves).Decode);
    }

    [Fact]
    public void The_line_is_served_first_come_first_served()
    {
        var scheduler = Scheduler(slots: 2);
        var seats = Enumerable.Range(0, 6).Select(_ => new Seat(4)).ToArray();
        foreach (var seat in seats)
            scheduler.Enqueue(seat, out _);
        var order = new List<Seat>();
        while (order.Count < seats.Length)
        {
            var step = scheduler.Next(_moves);
            if (scheduler.Advance(step))
                order.Add(step.Prefill!);
            else
                scheduler.Release(scheduler.Decoding[0], _moves);
        }
        Assert.Equal(seats, order);
    }

    [Fact]
    public void No_more_sequences_than_slots_are_admitted()
    {
        var scheduler = Scheduler(slots: 2);
        for (var i = 0; i < 3; i++)
            scheduler.Enqueue(new Seat(1), out _);
        scheduler.Advance(scheduler.Next(_moves));
        scheduler.Advance(scheduler.Next(_moves));
        var step = scheduler.Next(_moves);
        Assert.Null(step.Prefill);
        Assert.Equal((2, 1), (step.Decode, scheduler.Waiting));
    }

    [Theory]
    [InlineData(63, Admission.Accepted)]
    [InlineData(64, Admission.TooLong)]
    [InlineData(1000, Admission.TooLong)]
    public void A_prompt_must_leave_room_for_one_token(int prompt, object expected) =>
        Assert.Equal((Admission)expected, Scheduler(slotLength: 64).Enqueue(new Seat(prompt), out _));

    [Fact]
    public void A_full_line_refuses_and_takes_again_when_someone_left_it()
    {
        var scheduler = Scheduler(line: 1);
        var first = new Seat(1);
        Assert.Equal(Admission.Accepted, scheduler.Enqueue(first, out _));
        Assert.Equal(Admission.LineFull, scheduler.Enqueue(new Seat(1), out _));
        scheduler.Release(first, _moves);
        Assert.Equal(Admission.Accepted, scheduler.Enqueue(new Seat(1), out _));
    }

    [Fact]
    public void Released_while_waiting_is_never_prefilled()
    {
        var scheduler = Scheduler();
        var (gone, next) = (new Seat(1), new Seat(1));
        scheduler.Enqueue(gone, out _);
        scheduler.Enqueue(next, out _);
        scheduler.Release(gone, _moves);
        Assert.Same(next, scheduler.Next(_moves).Prefill);
    }

    [Fact]
    public void A_hole_is_filled_by_the_last_and_the_running_prompt_moves_up()
    {
        var scheduler = Scheduler(slots: 4);
        Seat[] decoding = [new(1), new(1), new(1)];
        foreach (var seat in decoding)
            Decode(scheduler, seat);
        var prompt = new Seat(500);
        scheduler.Enqueue(prompt, out _);
        scheduler.Advance(scheduler.Next(_moves));
        _moves.Clear();

        scheduler.Release(decoding[0], _moves);

        Assert.Equal([new(2, 0, 1), new(3, 2, 16)], _moves);
        Assert.Equal([decoding[2], decoding[1]], scheduler.Decoding);
        Assert.Equal((0, 1, 2), (decoding[2].Slot, decoding[1].Slot, prompt.Slot));
    }

    [Fact]
    public void Slots_in_use_stay_contiguous_whatever_happens()
    {
        var random = new Random(7);
        var scheduler = Scheduler(slots: 4);
        var live = new List<Seat>();
        for (var i = 0; i < 5000; i++)
        {
            if (random.Next(3) == 0)
            {
                var seat = new Seat(random.Next(1, 60));
                if (scheduler.Enqueue(seat, out _) == Admission.Accepted)
                    live.Add(seat);
            }
            if (live.Count > 0 && random.Next(4) == 0)
            {
                var leaving = live[random.Next(live.Count)];
                live.Remove(leaving);
                scheduler.Release(leaving, _moves);
            }
            scheduler.Advance(scheduler.Next(_moves));
            Assert.Equal(Enumerable.Range(0, scheduler.Decoding.Count), scheduler.Decoding.Select(seat => seat.Slot));
            Assert.True(scheduler.Prefilling is null || scheduler.Prefilling.Slot == scheduler.Decoding.Count);
            Assert.True(scheduler.Active <= 4);
            Assert.Equal(live.Count, scheduler.Active + scheduler.Waiting);
        }
    }

    private static BatchScheduler<Seat> Scheduler(int slots = 4, int slotLength = 1024, int line = 100, int chunkAlone = 16, int chunkShared = 16) =>
        new(new(slots, slotLength, line, chunkAlone, chunkShared));

    private void Decode(BatchScheduler<Seat> scheduler, Seat seat)
    {
        scheduler.Enqueue(seat, out _);
        while (seat.State != SeatState.Decoding)
            scheduler.Advance(scheduler.Next(_moves));
    }
}
