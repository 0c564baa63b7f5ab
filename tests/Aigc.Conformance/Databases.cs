using Aigc.Conformance.Documents;
using Aigc.Conformance.Leases;

namespace Aigc.Conformance;

public sealed class Documents_in_sqlite : DocumentStoreConformance
{
    protected override Task<DocumentDatabase> Open() => Database.Sqlite();
}

public sealed class Documents_in_sqlite_shared_by_two_processes : DocumentStoreConformance
{
    protected override Task<DocumentDatabase> Open() => Database.SharedSqlite();
}

public sealed class Documents_in_mongodb : DocumentStoreConformance
{
    protected override Task<DocumentDatabase> Open() => Database.Mongo();
}

public sealed class Queries_in_sqlite : DocumentQueryConformance
{
    protected override Task<DocumentDatabase> Open() => Database.Sqlite();
}

public sealed class Queries_in_mongodb : DocumentQueryConformance
{
    protected override Task<DocumentDatabase> Open() => Database.Mongo();
}

public sealed class Leases_in_sqlite : LeaseConformance
{
    protected override Task<DocumentDatabase> Open() => Database.Sqlite();
}

public sealed class Leases_in_sqlite_shared_by_two_processes : LeaseConformance
{
    protected override Task<DocumentDatabase> Open() => Database.SharedSqlite();
}

public sealed class Leases_in_mongodb : LeaseConformance
{
    protected override Task<DocumentDatabase> Open() => Database.Mongo();
}

internal static class Database
{
    public static Task<DocumentDatabase> Sqlite() => Task.FromResult<DocumentDatabase>(new EmbeddedDatabase(shared: false));

    public static Task<DocumentDatabase> SharedSqlite() => Task.FromResult<DocumentDatabase>(new EmbeddedDatabase(shared: true));

    public static async Task<DocumentDatabase> Mongo() => new MongoDatabase(await MongoServer.Require());
}
