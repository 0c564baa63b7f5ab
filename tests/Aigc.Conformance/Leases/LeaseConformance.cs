using Aigc.Conformance.Documents;
using Aigc.Storage.Documents;
using Aigc.Storage.Leases;
using Microsoft.Extensions.Time.Testing;

namespace Aigc.Conformance.Leases;

/// <summary>What leases promise over every document store: one holder, and no way back for one who lost it.</summary>
public abstract class LeaseConformance : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private DocumentDatabase _database = null!;
    private IDocumentStore<Note> _notes = null!;
    private Leases<Note> _here = null!;
    private Leases<Note> _there = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await Open();
        _notes = _database.Here<Note>("notes");
        _here = new Leases<Note>(_notes, _time);
        _there = new Leases<Note>(_database.There<Note>("notes"), _time);
        await _notes.Insert(new Note { Id = "n" });
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected abstract Task<DocumentDatabase> Open();

    [Fact]
    public async Task One_of_many_gets_it()
    {
        var leases = new[] { _here, _there };

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => leases[i % 2].Acquire("n", $"owner {i}", Minute)));

        Assert.Single(taken, note => note is not null);
    }

    [Fact]
    public async Task It_passes_on_when_it_runs_out_and_the_token_grows()
    {
        var first = (await _here.Acquire("n", "a", Minute))!;
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Null(await _there.Acquire("n", "b", Minute));

        _time.Advance(TimeSpan.FromSeconds(1));
        var second = (await _there.Acquire("n", "b", Minute))!;

        Assert.True(second.Lease!.Token > first.Lease!.Token);
    }

    [Fact]
    public async Task A_holder_that_was_overtaken_writes_nothing()
    {
        var stale = (await _here.Acquire("n", "a", Minute))!;
        _time.Advance(Minute);
        var holder = (await _there.Acquire("n", "b", Minute, note => { note.Text = "b"; return true; }))!;

        Assert.Null(await _here.Renew("n", stale.Lease!.Token, Minute, note => { note.Text = "stale"; return true; }));
        Assert.Null(await _here.Release("n", stale.Lease.Token, note => note.Text = "stale"));
        stale.Text = "stale";
        Assert.False(await _notes.Replace(stale));

        var stored = (await _notes.Find("n"))!;
        Assert.Equal("b", stored.Text);
        Assert.Equal(holder.Lease, stored.Lease);
    }

    [Fact]
    public async Task A_heartbeat_keeps_it()
    {
        var held = (await _here.Acquire("n", "a", Minute))!;
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.NotNull(await _here.Renew("n", held.Lease!.Token, Minute));
        _time.Advance(TimeSpan.FromSeconds(50));

        Assert.Null(await _there.Acquire("n", "b", Minute));
    }

    [Fact]
    public async Task Given_back_it_is_free_at_once_and_the_token_does_not_start_over()
    {
        var first = (await _here.Acquire("n", "a", Minute))!;
        await _here.Release("n", first.Lease!.Token, note => note.Text = "done");

        var second = (await _there.Acquire("n", "b", Minute))!;

        Assert.Equal("done", second.Text);
        Assert.True(second.Lease!.Token > first.Lease.Token);
    }

    [Fact]
    public async Task It_is_not_taken_when_the_change_declines()
    {
        Assert.Null(await _here.Acquire("n", "a", Minute, _ => false));
        Assert.Null(await _here.Acquire("nobody", "a", Minute));
        Assert.Null((await _notes.Find("n"))!.Lease);
    }

    [Fact]
    public async Task A_named_lock_lets_one_in_at_a_time()
    {
        var locks = new[] { new Locks(_database.Here<LockDocument>("locks"), TimeProvider.System), new Locks(_database.There<LockDocument>("locks"), TimeProvider.System) };
        var (inside, most, done) = (0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => locks[i % 2].Hold("feed", async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            return ++done;
        })));

        Assert.Equal(1, most);
        Assert.Equal(20, done);
    }

    [Fact]
    public async Task A_named_lock_is_given_back_by_whoever_fails()
    {
        var locks = new Locks(_database.Here<LockDocument>("locks"), TimeProvider.System);

        await Assert.ThrowsAsync<InvalidDataException>(() => locks.Hold<int>("feed", () => throw new InvalidDataException()));

        Assert.Equal(1, await locks.Hold("feed", () => Task.FromResult(1)));
    }
}
