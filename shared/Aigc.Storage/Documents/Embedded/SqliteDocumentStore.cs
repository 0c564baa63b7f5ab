using System.Text;
using Microsoft.Data.Sqlite;

namespace Aigc.Storage.Documents.Embedded;

/// <summary>A collection as one table of JSON documents with expression indexes.</summary>
internal sealed class SqliteDocumentStore<T> : IDocumentStore<T>
    where T : class, IDocument
{
    private readonly SqliteDatabase _database;
    private readonly string _table;
    private readonly Prepared _ready;

    public SqliteDocumentStore(SqliteDatabase database, CollectionDefinition<T> collection)
    {
        _database = database;
        _table = "\"" + collection.Name + "\"";
        _ready = new Prepared(() => database.Enqueue(connection => Create(connection, collection)));
    }

    public async Task<T?> Find(string id, CancellationToken ct = default)
    {
        await _ready.Once();
        return _database.Read(connection =>
        {
            using var command = Command(connection, $"SELECT doc, version FROM {_table} WHERE id = $id", ("$id", id));
            using var reader = command.ExecuteReader();
            return reader.Read() ? Document(reader) : null;
        });
    }

    public async Task<bool> Insert(T document, CancellationToken ct = default)
    {
        await _ready.Once();
        document.Version = 1;
        var (id, json) = (document.Id, DocumentJson.Write(document));
        var inserted = await _database.Enqueue(connection =>
        {
            using var command = Command(connection, $"INSERT OR IGNORE INTO {_table}(id, version, doc) VALUES($id, 1, $doc)", ("$id", id), ("$doc", json));
            return command.ExecuteNonQuery() == 1;
        });
        document.Version = inserted ? 1 : 0;
        return inserted;
    }

    public async Task<bool> Replace(T document, CancellationToken ct = default)
    {
        await _ready.Once();
        var expected = document.Version;
        document.Version = expected + 1;
        var (id, json) = (document.Id, DocumentJson.Write(document));
        var replaced = await _database.Enqueue(connection =>
        {
            using var command = Command(
                connection,
                $"UPDATE {_table} SET version = $next, doc = $doc WHERE id = $id AND version = $expected",
                ("$next", expected + 1), ("$doc", json), ("$id", id), ("$expected", expected));
            return command.ExecuteNonQuery() == 1;
        });
        document.Version = replaced ? expected + 1 : expected;
        return replaced;
    }

    public async Task<bool> Delete(string id, CancellationToken ct = default)
    {
        await _ready.Once();
        return await _database.Enqueue(connection =>
        {
            using var command = Command(connection, $"DELETE FROM {_table} WHERE id = $id", ("$id", id));
            return command.ExecuteNonQuery() == 1;
        });
    }

    public async Task<IReadOnlyList<T>> Query(DocumentQuery<T> query, CancellationToken ct = default)
    {
        await _ready.Once();
        return _database.Read(connection =>
        {
            var direction = query.Descending ? "DESC" : "ASC";
            var order = query.Order is null ? $"id {direction}" : $"{Field(query.Order)} {direction}, id {direction}";
            using var command = Where(connection, $"SELECT doc, version FROM {_table}", query);
            command.CommandText += $" ORDER BY {order} LIMIT {query.Limit ?? -1} OFFSET {query.Skipped}";
            using var reader = command.ExecuteReader();
            var documents = new List<T>();
            while (reader.Read())
            {
                documents.Add(Document(reader));
            }

            return documents;
        });
    }

    public async Task<long> Count(DocumentQuery<T> query, CancellationToken ct = default)
    {
        await _ready.Once();
        return _database.Read(connection =>
        {
            using var command = Where(connection, $"SELECT COUNT(*) FROM {_table}", query);
            return (long)command.ExecuteScalar()!;
        });
    }

    private static T Document(SqliteDataReader reader)
    {
        var document = DocumentJson.Read<T>(reader.GetString(0));
        document.Version = reader.GetInt32(1);
        return document;
    }

    // Field names come from property names, never from a request, so they may stand in the text; values are always parameters.
    private static string Field(string name) => $"json_extract(doc, '$.{name}')";

    private static SqliteCommand Where(SqliteConnection connection, string select, DocumentQuery<T> query)
    {
        var sql = new StringBuilder(select);
        var command = connection.CreateCommand();
        for (var i = 0; i < query.Conditions.Count; i++)
        {
            var (field, comparison, value) = query.Conditions[i];
            var operation = comparison switch { Comparison.Equal => "IS", Comparison.AtMost => "<=", _ => ">=" };
            sql.Append(i == 0 ? " WHERE " : " AND ").Append(Field(field)).Append(' ').Append(operation).Append(" $p").Append(i);
            command.Parameters.AddWithValue($"$p{i}", value switch { null => DBNull.Value, bool flag => flag ? 1L : 0L, _ => value });
        }

        command.CommandText = sql.ToString();
        return command;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private bool Create(SqliteConnection connection, CollectionDefinition<T> collection)
    {
        SqliteDatabase.Execute(connection, $"CREATE TABLE IF NOT EXISTS {_table}(id TEXT PRIMARY KEY, version INTEGER NOT NULL, doc TEXT NOT NULL)");
        foreach (var field in collection.Indexes)
        {
            SqliteDatabase.Execute(connection, $"CREATE INDEX IF NOT EXISTS \"{collection.Name}_{field}\" ON {_table}({Field(field)})");
        }

        return true;
    }
}
