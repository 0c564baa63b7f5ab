using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Driver;

namespace Aigc.Storage.Documents.Mongo;

/// <summary>
/// A collection in MongoDB. Documents pass through the same JSON as in the embedded store, so that both hold the same values;
/// only single-document operations are used, so that every MongoDB and wire-compatible server will do.
/// </summary>
internal sealed class MongoDocumentStore<T> : IDocumentStore<T>
    where T : class, IDocument
{
    private const string StoredVersion = "version";

    private static readonly JsonWriterSettings Relaxed = new() { OutputMode = JsonOutputMode.RelaxedExtendedJson };

    private readonly IMongoCollection<BsonDocument> _collection;
    private readonly Prepared _ready;

    public MongoDocumentStore(IMongoDatabase database, CollectionDefinition<T> collection)
    {
        _collection = database.GetCollection<BsonDocument>(
            collection.Name,
            new MongoCollectionSettings { WriteConcern = WriteConcern.WMajority });
        _ready = new Prepared(() => Index(collection));
    }

    public async Task<T?> Find(string id, CancellationToken ct = default)
    {
        await _ready.Once();
        return await _collection.Find(ById(id)).FirstOrDefaultAsync(ct) is { } stored ? Document(stored) : null;
    }

    public async Task<bool> Insert(T document, CancellationToken ct = default)
    {
        await _ready.Once();
        document.Version = 1;
        try
        {
            await _collection.InsertOneAsync(Stored(document), cancellationToken: ct);
            return true;
        }
        catch (MongoWriteException refused) when (refused.WriteError.Category == ServerErrorCategory.DuplicateKey)
        {
            document.Version = 0;
            return false;
        }
    }

    public async Task<bool> Replace(T document, CancellationToken ct = default)
    {
        await _ready.Once();
        var expected = document.Version;
        document.Version = expected + 1;
        var filter = ById(document.Id) & Builders<BsonDocument>.Filter.Eq(StoredVersion, expected);
        var result = await _collection.ReplaceOneAsync(filter, Stored(document), cancellationToken: ct);
        document.Version = result.MatchedCount == 1 ? expected + 1 : expected;
        return result.MatchedCount == 1;
    }

    public async Task<bool> Delete(string id, CancellationToken ct = default)
    {
        await _ready.Once();
        return (await _collection.DeleteOneAsync(ById(id), ct)).DeletedCount == 1;
    }

    public async Task<IReadOnlyList<T>> Query(DocumentQuery<T> query, CancellationToken ct = default)
    {
        await _ready.Once();
        if (query.Limit == 0)
        {
            // To MongoDB a limit of 0 is none.
            return [];
        }

        var direction = query.Descending ? -1 : 1;
        var sort = new BsonDocument();
        if (query.Order is not null)
        {
            sort.Add(query.Order, direction);
        }

        sort.Add("_id", direction);
        var stored = await _collection.Find(Filter(query)).Sort(sort).Skip(query.Skipped).Limit(query.Limit).ToListAsync(ct);
        return stored.ConvertAll(Document);
    }

    public async Task<long> Count(DocumentQuery<T> query, CancellationToken ct = default)
    {
        await _ready.Once();
        return await _collection.CountDocumentsAsync(Filter(query), cancellationToken: ct);
    }

    private static FilterDefinition<BsonDocument> ById(string id) => Builders<BsonDocument>.Filter.Eq("_id", id);

    private static FilterDefinition<BsonDocument> Filter(DocumentQuery<T> query)
    {
        var builder = Builders<BsonDocument>.Filter;
        return query.Conditions.Aggregate(builder.Empty, (all, condition) => all & condition.Comparison switch
        {
            Comparison.Equal => builder.Eq(condition.Field, BsonValue.Create(condition.Value)),
            // A bound that is absent bounds nothing in; to MongoDB null would be a value that absent ones equal.
            _ when condition.Value is null => builder.In("_id", Array.Empty<string>()),
            Comparison.AtMost => builder.Lte(condition.Field, BsonValue.Create(condition.Value)),
            _ => builder.Gte(condition.Field, BsonValue.Create(condition.Value)),
        });
    }

    private static BsonDocument Stored(T document)
    {
        var stored = BsonDocument.Parse(DocumentJson.Write(document));
        stored["_id"] = document.Id;
        stored[StoredVersion] = document.Version;
        return stored;
    }

    private static T Document(BsonDocument stored)
    {
        stored.Remove("_id");
        return DocumentJson.Read<T>(stored.ToJson(Relaxed));
    }

    private async Task Index(CollectionDefinition<T> collection)
    {
        foreach (var field in collection.Indexes)
        {
            await _collection.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(new BsonDocument(field, 1)));
        }
    }
}
