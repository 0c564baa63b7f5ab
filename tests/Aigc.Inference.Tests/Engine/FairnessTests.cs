using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine;

/// <summary>Who gets the next slot, without a tensor.</summary>
public sealed class FairnessTests
{
    private readonly List<SlotCopy> _copies = [];

    [Fact]
    public void Tenants_share_by_tokens_and_not_by_requests()
    {
        // One sends large requests, one small: after a while both have had about the same number of tokens.
        var scheduler = Scheduler(slots: 1);
        var served = new Dictionary<string, int> { ["large"] = 0, ["small"] = 0 };
        for (var i = 0; i < 20; i++)
            scheduler.Enqueue(Of("large", prompt: 90), out _);
        for (var i = 0; i < 200; i++)
            scheduler.Enqueue(Of("small", prompt: 10), out _);
        for (var i = 0; i < 100; i++)
        {
            var seat = ServeOne(scheduler);
            served[seat.Tenant] += seat.PromptTokens;
        }
        Assert.InRange(served["large"] - served["small"], -90, 90);
    }

    [Fact]
    public void A_tenant_that_asks_once_does_not_wait_behind_one_that_sent_a_hundred()
    {
        var scheduler = Scheduler(slots: 1);
        for (var i = 0; i < 100; i++)
            scheduler.Enqueue(Of("flood"), out _);
        ServeOne(scheduler);
        var once = Of("once");
        scheduler.Enqueue(once, out _);
        Assert.Contains(once, new[] { ServeOne(scheduler), ServeOne(scheduler) });
    }

    [Fact]
    public void A_tenant_that_was_idle_has_saved_nothing_up()
    {
        var scheduler = Scheduler(slots: 1);
        for (var i = 0; i < 50; i++)
            scheduler.Enqueue(Of("busy"), out _);
        for (var i = 0; i < 30; i++)
            ServeOne(scheduler);
        for (var i = 0; i < 20; i++)
            scheduler.Enqueue(Of("back"), out _);
        var next = Enumerable.Range(0, 10).Select(_ => ServeOne(scheduler).Tenant).ToList();
        Assert.InRange(next.Count(tenant => tenant == "back"), 4, 6);
    }

    [Fact]
    public void What_was_not_used_is_given_back()
    {
        // Both may answer with 100 tokens; the answers of one end at once. It gets more requests in, for the same tokens.
        var scheduler = Scheduler(slots: 1);
        for (var i = 0; i < 40; i++)
        {
            scheduler.Enqueue(Of("short", prompt: 10, answer: 100), out _);
            scheduler.Enqueue(Of("long", prompt: 10, answer: 100), out _);
        }
        var count = new Dictionary<string, int> { ["short"] = 0, ["long"] = 0 };
        for (var i = 0; i < 24; i++)
            count[ServeOne(scheduler, seat => seat.Tenant == "long" ? 100 : 0).Tenant]++;
        Assert.True(count["short"] >= 5 * count["long"], $"{count["short"]} short, {count["long"]} long");
    }

    [Fact]
    public void Interactive_goes_before_batch_and_batch_still_goes_on()
    {
        var scheduler = Scheduler(slots: 1);
        for (var i = 0; i < 20; i++)
            scheduler.Enqueue(Of("t", priority: GenerationPriority.Batch), out _);
        for (var i = 0; i < 100; i++)
            scheduler.Enqueue(Of("t"), out _);
        var order = Enumerable.Range(0, 32).Select(_ => ServeOne(scheduler).Priority).ToList();
        Assert.Equal(4, order.Count(priority => priority == GenerationPriority.Batch));
        Assert.Equal(Enumerable.Range(1, 4).Select(turn => (turn * 8) - 1), order.Index().Where(entry => entry.Item == GenerationPriority.Batch).Select(entry => entry.Index));
    }

    [Fact]
    public void A_batch_sequence_gives_its_slot_to_an_interactive_one_and_goes_on_with_all_its_tokens()
    {
        var scheduler = Scheduler(slots: 1);
        var batch = Of("t", prompt: 10, answer: 50, priority: GenerationPriority.Batch);
        scheduler.Enqueue(batch, out _);
        scheduler.Advance(scheduler.Next(_copies));
        (batch.Known, batch.Length) = (15, 14); // five were chosen, four have run

        var person = Of("t", prompt: 20);
        scheduler.Enqueue(person, out _);
        Assert.Same(person, scheduler.Next(_copies).Prefill);
        Assert.Equal((SeatState.Waiting, -1, 1L), (batch.State, batch.Slot, scheduler.Preemptions));

        scheduler.Advance(scheduler.Next(_copies));
        scheduler.Release(person, _copies);
        var step = scheduler.Next(_copies);
        Assert.Equal((batch, 0, 15), (step.Prefill, step.ChunkStart, step.ChunkLength));
        Assert.True(scheduler.Advance(step));
    }

    [Fact]
    public void A_batch_sequence_gives_way_only_so_often()
    {
        var scheduler = Scheduler(slots: 1);
        var batch = Of("t", priority: GenerationPriority.Batch);
        scheduler.Enqueue(batch, out _);
        for (var i = 0; i < 3; i++)
        {
            scheduler.Advance(scheduler.Next(_copies));
            Assert.Equal(SeatState.Decoding, batch.State);
            var person = Of("t");
            scheduler.Enqueue(person, out _);
            var step = scheduler.Next(_copies);
            if (i == 2)
            {
                Assert.Null(step.Prefill);
                break;
            }
            scheduler.Advance(step);
            scheduler.Release(person, _copies);
        }
        Assert.Equal(2, batch.Preemptions);
    }

    [Fact]
    public void Cache_for_all_that_a_sequence_can_need_is_there_before_it_begins()
    {
        var scheduler = new BatchScheduler<Seat>(new(4, 100) { KvTokens = 150 });
        Seat[] seats = [Of("t", 10, 60), Of("t", 10, 60), Of("t", 10, 60)];
        foreach (var seat in seats)
            scheduler.Enqueue(seat, out _);
        scheduler.Advance(scheduler.Next(_copies));
        scheduler.Advance(scheduler.Next(_copies));
        Assert.True(scheduler.Next(_copies).Prefill is null && scheduler.Active == 2);
        scheduler.Release(seats[0], _copies);
        Assert.Same(seats[2], scheduler.Next(_copies).Prefill);
    }

    [Fact]
    public void A_sequence_larger_than_the_cache_budget_runs_alone_rather_than_never()
    {
        var scheduler = new BatchScheduler<Seat>(new(4, 100) { KvTokens = 20 });
        var seat = Of("t", 50);
        scheduler.Enqueue(seat, out _);
        Assert.Same(seat, scheduler.Next(_copies).Prefill);
    }

    [Fact]
    public void In_a_full_line_the_tenant_that_fills_it_is_refused()
    {
        var scheduler = Scheduler(slots: 1, line: 4);
        var flood = Enumerable.Range(0, 4).Select(_ => Of("flood")).ToArray();
        foreach (var seat in flood)
            Assert.Equal(Admission.Accepted, scheduler.Enqueue(seat, out _));
        Assert.Equal(Admission.LineFull, scheduler.Enqueue(Of("flood"), out _));

        Assert.Equal(Admission.Accepted, scheduler.Enqueue(Of("other"), out var displaced));
        Assert.Same(flood[3], displaced);
        Assert.Equal((SeatState.Released, 4), (flood[3].State, scheduler.Waiting));
    }

    [Fact]
    public void In_a_full_line_a_tenants_batch_makes_room_for_its_own_person()
    {
        var scheduler = Scheduler(slots: 1, line: 2);
        var batch = Of("t", priority: GenerationPriority.Batch);
        scheduler.Enqueue(batch, out _);
        scheduler.Enqueue(Of("t"), out _);
        Assert.Equal(Admission.Accepted, scheduler.Enqueue(Of("t"), out var displaced));
        Assert.Same(batch, displaced);
        Assert.Equal(Admission.LineFull, scheduler.Enqueue(Of("t", priority: GenerationPriority.Batch), out _));
    }

    private static BatchScheduler<Seat> Scheduler(int slots, int line = 1000) => new(new(slots, 1024, line, 1024, 1024));

    private static Seat Of(string tenant, int prompt = 10, int answer = 0, GenerationPriority priority = GenerationPriority.Interactive) =>
        new(prompt, answer) { Tenant = tenant, Priority = priority };

    private Seat ServeOne(BatchScheduler<Seat> scheduler, Func<Seat, int>? answer = null)
    {
        var step = scheduler.Next(_copies);
        var seat = step.Prefill!;
        scheduler.Advance(step);
        seat.Length += answer?.Invoke(seat) ?? 0;
        scheduler.Release(seat, _copies);
        return seat;
    }
}
