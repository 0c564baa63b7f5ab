using Aigc.Inference.Generations;

namespace Aigc.Inference.Tests.Generations;

public sealed class InFlightGenerationsTests
{
    private readonly InFlightGenerations _inFlight = new();
    private readonly Guid _id = Guid.NewGuid();

    [Fact]
    public async Task A_repeated_delivery_joins_the_run_that_is_on_its_way()
    {
        Assert.True(_inFlight.TryBegin(_id, out _));
        Assert.False(_inFlight.TryBegin(_id, out var joined));
        _inFlight.End(_id, "outcome");
        Assert.Equal("outcome", await joined.Outcome);
        Assert.Equal(0, _inFlight.Count);
    }

    [Fact]
    public async Task Who_joined_a_run_that_was_handed_back_learns_that_there_is_no_outcome()
    {
        _inFlight.TryBegin(_id, out _);
        _inFlight.TryBegin(_id, out var joined);
        _inFlight.End(_id, null);
        Assert.Null(await joined.Outcome);
    }

    [Fact]
    public void Abandoning_cancels_the_run_and_nothing_else()
    {
        _inFlight.TryBegin(_id, out var run);
        _inFlight.TryBegin(Guid.NewGuid(), out var other);
        _inFlight.Abandon(_id);
        Assert.True(run.Abandoned.IsCancellationRequested);
        Assert.False(other.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public void An_event_that_overtook_its_command_cancels_it_once()
    {
        _inFlight.Abandon(_id);
        _inFlight.TryBegin(_id, out var run);
        Assert.True(run.Abandoned.IsCancellationRequested);
        _inFlight.End(_id, null);
        _inFlight.TryBegin(_id, out var again);
        Assert.False(again.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public void Events_of_other_workers_generations_are_forgotten_in_the_end()
    {
        _inFlight.Abandon(_id);
        for (var i = 0; i < 5000; i++)
            _inFlight.Abandon(Guid.NewGuid());
        _inFlight.TryBegin(_id, out var run);
        Assert.False(run.Abandoned.IsCancellationRequested);
    }
}
