using Aigc.Storage.Documents;
using Aigc.Storage.Documents.Embedded;
using Aigc.Storage.Documents.Mongo;
using MongoDB.Driver;

namespace Aigc.Conformance.Documents;

/// <summary>A database under test, as two processes that share it see it.</summary>
public abstract class DocumentDatabase : IAsyncDisposable
{
    /// <summary>A collection, as this process sees it.</summary>
    public abstract IDocumentStore<T> Here<T>(string collection, params string[] indexes)
        where T : class, IDocument;

    /// <summary>The same collection, as another process sees it.</summary>
    public virtual IDocumentStore<T> There<T>(string collection, params string[] indexes)
        where T : class, IDocument => Here<T>(collection, indexes);

    public abstract ValueTask DisposeAsync();
}

/// <summary>SQLite: one process, or two over one file.</summary>
internal sealed class EmbeddedDatabase : DocumentDatabase
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigc-documents-").FullName;
    private readonly SqliteDatabase _here;
    private readonly SqliteDatabase _there;

    public EmbeddedDatabase(bool shared)
    {
        _here = new SqliteDatabase(Path.Combine(_folder, "aigc.db"));
        _there = shared ? new SqliteDatabase(Path.Combine(_folder, "aigc.db")) : _here;
    }

    public override IDocumentStore<T> Here<T>(string collection, params string[] indexes) => Open<T>(_here, collection, indexes);

    public override IDocumentStore<T> There<T>(string collection, params string[] indexes) => Open<T>(_there, collection, indexes);

    public override async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        if (_there != _here)
        {
            await _there.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static SqliteDocumentStore<T> Open<T>(SqliteDatabase database, string collection, string[] indexes)
        where T : class, IDocument => new(database, new CollectionDefinition<T>(collection, indexes));
}

/// <summary>MongoDB, in a database of its own that is dropped afterwards.</summary>
internal sealed class MongoDatabase(string connectionString) : DocumentDatabase
{
    private readonly string _name = $"aigc-test-{Guid.NewGuid():N}";

    public override IDocumentStore<T> Here<T>(string collection, params string[] indexes) =>
        new MongoDocumentStore<T>(new MongoClient(connectionString).GetDatabase(_name), new CollectionDefinition<T>(collection, indexes));

    public override async ValueTask DisposeAsync() => await new MongoClient(connectionString).DropDatabaseAsync(_name);
}
