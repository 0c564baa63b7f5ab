using Aigc.Storage.Documents;

namespace Aigc.Conformance.Documents;

/// <summary>What every document store promises: queries mean the same in all of them.</summary>
public abstract class DocumentQueryConformance : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Somebody = Guid.NewGuid();

    private DocumentDatabase _database = null!;
    private IDocumentStore<Note> _notes = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await Open();
        _notes = _database.Here<Note>("notes", "text", "status", "due", "number", "owner");
        Note[] notes =
        [
            new() { Id = "a", Text = "b", Status = NoteStatus.Open, Due = Noon, Number = 10, Score = 1.5, Flag = true, Owner = Somebody },
            new() { Id = "b", Text = "B", Status = NoteStatus.Open, Due = Noon.AddTicks(1), Number = 9, Score = -2 },
            new() { Id = "c", Text = "ä", Status = NoteStatus.Done, Due = null, Number = -1, Score = 1e10, Flag = true },
            new() { Id = "d", Text = null, Status = NoteStatus.Done, Due = Noon.AddHours(-1), Number = 9, Score = 1.5 },
            new() { Id = "e", Text = "a'; DROP TABLE notes; --", Status = NoteStatus.Open, Due = Noon.AddDays(1), Number = 100 },
        ];
        foreach (var note in notes)
        {
            await _notes.Insert(note);
        }
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
    public async Task Without_conditions_all_come_in_order_of_their_ids() => await Expect(["a", "b", "c", "d", "e"], Query());

    [Fact]
    public async Task Equality_takes_enums_numbers_flags_ids_and_text_alike()
    {
        await Expect(["c", "d"], Query().Where(note => note.Status, NoteStatus.Done));
        await Expect(["b", "d"], Query().Where(note => note.Number, 9));
        await Expect(["a", "d"], Query().Where(note => note.Score, 1.5));
        await Expect(["a", "c"], Query().Where(note => note.Flag, true));
        await Expect(["a"], Query().Where(note => note.Owner, Somebody));
        await Expect(["a"], Query().Where(note => note.Text, "b"));
        await Expect(["e"], Query().Where(note => note.Text, "a'; DROP TABLE notes; --"));
    }

    [Fact]
    public async Task Equality_with_null_finds_what_is_absent()
    {
        await Expect(["c"], Query().Where(note => note.Due, (DateTimeOffset?)null));
        await Expect(["d"], Query().Where(note => note.Text, (string?)null));
    }

    [Fact]
    public async Task A_bound_includes_itself_and_never_what_is_absent()
    {
        await Expect(["a", "d"], Query().AtMost(note => note.Due, Noon));
        await Expect(["a", "b", "e"], Query().AtLeast(note => note.Due, Noon));
        await Expect(["b", "d"], Query().AtMost(note => note.Number, 9).AtLeast(note => note.Number, 0));
        await Expect([], Query().AtMost(note => note.Due, (DateTimeOffset?)null));
        await Expect([], Query().AtLeast(note => note.Text, (string?)null));
    }

    [Fact]
    public async Task Times_are_instants_whatever_their_offset() =>
        await Expect(["a", "d"], Query().AtMost(note => note.Due, Noon.ToOffset(TimeSpan.FromHours(9))));

    [Fact]
    public async Task Every_condition_must_hold() => await Expect(["b"], Query().Where(note => note.Status, NoteStatus.Open).Where(note => note.Number, 9));

    [Fact]
    public async Task Numbers_sort_as_numbers_and_text_by_code_point()
    {
        await Expect(["c", "b", "d", "a", "e"], Query().OrderBy(note => note.Number));
        await Expect(["d", "b", "e", "a", "c"], Query().OrderBy(note => note.Text));
    }

    [Fact]
    public async Task What_is_absent_sorts_first_and_equals_sort_by_id()
    {
        await Expect(["c", "d", "a", "b", "e"], Query().OrderBy(note => note.Due));
        await Expect(["e", "b", "a", "d", "c"], Query().OrderBy(note => note.Due, descending: true));
        await Expect(["e", "a", "d", "b", "c"], Query().OrderBy(note => note.Number, descending: true));
    }

    [Fact]
    public async Task Pages_cut_the_order()
    {
        await Expect(["b", "c"], Query().Skip(1).Take(2));
        await Expect(["e"], Query().Skip(4).Take(2));
        await Expect(["d", "e"], Query().Skip(3));
        await Expect([], Query().Take(0));
        await Expect([], Query().Skip(9));
    }

    [Fact]
    public async Task Counting_ignores_the_page() =>
        Assert.Equal(3, await _notes.Count(Query().Where(note => note.Status, NoteStatus.Open).Skip(1).Take(1)));

    private static DocumentQuery<Note> Query() => new();

    private async Task Expect(string[] ids, DocumentQuery<Note> query) => Assert.Equal(ids, (await _notes.Query(query)).Select(note => note.Id));
}
