using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Aigc.Storage.Documents.Embedded;

/// <summary>
/// The embedded store's file. One writer per process groups concurrent writes into one transaction (a commit costs as much for one
/// as for sixty); readers are pooled. Several processes may share the file: WAL lets them read while one writes.
/// </summary>
public sealed class SqliteDatabase : IAsyncDisposable
{
    private const int MaxBatch = 64;

    private readonly Channel<Write> _writes = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly string _connectionString;
    private readonly Task _writer;

    /// <summary>Opens or creates the file.</summary>
    public SqliteDatabase(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString();
        var connection = Open();
        Execute(connection, "PRAGMA journal_mode=WAL");
        _writer = Task.Factory.StartNew(() => Drain(connection), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Runs a write inside the next transaction; completes when it is committed.</summary>
    public Task<bool> Enqueue(Func<SqliteConnection, bool> operation)
    {
        var write = new Write(operation, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _writes.Writer.TryWrite(write)
            ? write.Done.Task
            : Task.FromException<bool>(new ObjectDisposedException(nameof(SqliteDatabase)));
    }

    /// <summary>Reads on a pooled connection.</summary>
    public TResult Read<TResult>(Func<SqliteConnection, TResult> read)
    {
        if (!_readers.TryTake(out var connection))
        {
            connection = Open();
        }

        try
        {
            return read(connection);
        }
        finally
        {
            _readers.Add(connection);
        }
    }

    /// <summary>Commits what is queued and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _writes.Writer.TryComplete();
        await _writer;
        while (_readers.TryTake(out var reader))
        {
            await reader.DisposeAsync();
        }
    }

    internal static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        Execute(connection, "PRAGMA busy_timeout=30000");
        // A killed process loses nothing under NORMAL; only a power cut may lose the last commits, never the file.
        Execute(connection, "PRAGMA synchronous=NORMAL");
        return connection;
    }

    private void Drain(SqliteConnection connection)
    {
        var batch = new List<(Write Write, bool Result, Exception? Error)>(MaxBatch);
        while (_writes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            try
            {
                Execute(connection, "BEGIN IMMEDIATE");
                while (batch.Count < MaxBatch && _writes.Reader.TryRead(out var write))
                {
                    // Known before it is applied: SQLite may roll everything back under it, and its caller must hear of it all the same.
                    batch.Add((write, false, null));
                    batch[^1] = Apply(connection, write);
                }

                Execute(connection, "COMMIT");
                Complete(batch);
            }
            catch (SqliteException failure)
            {
                Abandon(connection, batch, failure);
            }
        }

        connection.Dispose();
    }

    private static (Write Write, bool Result, Exception? Error) Apply(SqliteConnection connection, Write write)
    {
        // One failing write must not take its batch-mates with it.
        Execute(connection, "SAVEPOINT one");
        try
        {
            var result = write.Operation(connection);
            Execute(connection, "RELEASE one");
            return (write, result, null);
        }
        catch (Exception error)
        {
            // Whatever it is, it is that write's own: the writer must outlive it, or every later write waits for ever.
            Execute(connection, "ROLLBACK TO one");
            Execute(connection, "RELEASE one");
            return (write, false, error);
        }
    }

    private static void Complete(List<(Write Write, bool Result, Exception? Error)> batch)
    {
        foreach (var (write, result, error) in batch)
        {
            if (error is null)
            {
                write.Done.SetResult(result);
            }
            else
            {
                write.Done.SetException(error);
            }
        }
    }

    private void Abandon(SqliteConnection connection, List<(Write Write, bool Result, Exception? Error)> batch, SqliteException failure)
    {
        try
        {
            Execute(connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
            // BEGIN itself failed: there is nothing to roll back.
        }

        if (batch.Count == 0 && _writes.Reader.TryRead(out var next))
        {
            batch.Add((next, false, null));
        }

        foreach (var (write, _, _) in batch)
        {
            write.Done.TrySetException(failure);
        }
    }

    private sealed record Write(Func<SqliteConnection, bool> Operation, TaskCompletionSource<bool> Done);
}
