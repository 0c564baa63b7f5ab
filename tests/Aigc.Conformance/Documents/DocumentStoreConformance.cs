using Aigc.Storage.Documents;

namespace Aigc.Conformance.Documents;

/// <summary>What every document store promises: writing.</summary>
public abstract class DocumentStoreConformance : IAsyncLifetime
{
    private DocumentDatabase _database = null!;

    internal IDocumentStore<Note> Here { get; private set; } = null!;

    internal IDocumentStore<Note> There { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await Open();
        Here = _database.Here<Note>("notes", "text", "status", "due", "number", "owner");
        There = _database.There<Note>("notes", "text", "status", "due", "number", "owner");
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
    public async Task A_document_comes_back_as_it_was()
    {
        var note = new Note
        {
            Id = "a/b c?ü",
            Text = "日本語 🜚 \"quoted\" \\ \n\u2028 é e\u0301",
            Status = NoteStatus.Done,
            Due = new DateTimeOffset(2026, 3, 29, 2, 30, 0, TimeSpan.FromHours(2)).AddTicks(7),
            Number = int.MaxValue,
            Score = 0.1 + 0.2,
            Owner = Guid.NewGuid(),
            Facts = { ["with.dot"] = "1", ["日本"] = "", ["$set"] = "x" },
        };

        Assert.True(await Here.Insert(note));
        var found = await There.Find(note.Id);

        Assert.Equal(DocumentJson.Write(note), DocumentJson.Write(found!));
        Assert.Equal(1, found!.Version);
    }

    [Fact]
    public async Task A_document_may_be_large()
    {
        var text = string.Concat(Enumerable.Repeat("0123456789abcdef", 1 << 18));

        await Here.Insert(new Note { Id = "large", Text = text });

        Assert.Equal(text, (await There.Find("large"))!.Text);
    }

    [Fact]
    public async Task Nothing_is_found_under_an_id_nobody_used() => Assert.Null(await Here.Find("nobody"));

    [Fact]
    public async Task The_first_insert_of_an_id_wins()
    {
        var stores = new[] { Here, There };
        var inserted = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => stores[i % 2].Insert(new Note { Id = "one", Number = i })));

        Assert.Single(inserted, won => won);
        Assert.Equal(Array.IndexOf(inserted, true), (await Here.Find("one"))!.Number);
    }

    [Fact]
    public async Task A_stale_copy_changes_nothing()
    {
        await Here.Insert(new Note { Id = "n" });
        var first = (await Here.Find("n"))!;
        var second = (await There.Find("n"))!;
        first.Text = "first";
        second.Text = "second";

        Assert.True(await Here.Replace(first));
        Assert.False(await There.Replace(second));

        Assert.Equal(2, first.Version);
        Assert.Equal(1, second.Version);
        Assert.Equal("first", (await There.Find("n"))!.Text);
    }

    [Fact]
    public async Task A_document_that_is_gone_is_not_replaced()
    {
        var note = new Note { Id = "n" };
        await Here.Insert(note);

        Assert.True(await There.Delete("n"));
        Assert.False(await Here.Replace(note));
        Assert.False(await Here.Delete("n"));
        Assert.Null(await Here.Find("n"));
    }

    [Fact]
    public async Task Concurrent_updates_lose_nothing()
    {
        await Here.Insert(new Note { Id = "n" });
        var stores = new[] { Here, There };

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => stores[i % 2].Update("n", note =>
        {
            note.Number++;
            note.Log.Add($"{i}");
        })));

        var note = (await Here.Find("n"))!;
        Assert.Equal(100, note.Number);
        Assert.Equal(101, note.Version);
        Assert.Equal(100, note.Log.Distinct().Count());
    }

    [Fact]
    public async Task Concurrent_upserts_make_one_document()
    {
        var stores = new[] { Here, There };

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => stores[i % 2].Upsert("n", () => new Note { Id = "n" }, note => note.Number++)));

        Assert.Equal(50, (await Here.Find("n"))!.Number);
        Assert.Equal(1, await There.Count(new DocumentQuery<Note>()));
    }

    [Fact]
    public async Task Updating_what_is_not_there_is_an_error() =>
        await Assert.ThrowsAsync<KeyNotFoundException>(() => Here.Update("nobody", note => note.Number++));
}
