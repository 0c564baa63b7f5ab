using Aigc.Gateway.Keys;
using Aigc.Storage.Documents;
using Aigc.Storage.Documents.Embedded;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Aigc.Gateway.Tests;

public sealed class Keys_of_an_installation : IAsyncLifetime
{
    private static readonly KeyOrder Order = new("acme", "test", ["*"]);

    private readonly string _dataRoot = Directory.CreateTempSubdirectory("aigc-keys-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private SqliteDatabase _database = null!;
    private SqliteDocumentStore<ApiKey> _documents = null!;
    private ApiKeys _keys = null!;

    public ValueTask InitializeAsync()
    {
        _database = new SqliteDatabase(Path.Combine(_dataRoot, "keys.db"));
        _documents = new SqliteDocumentStore<ApiKey>(_database, new CollectionDefinition<ApiKey>("keys", []));
        _keys = new ApiKeys(_documents, _time, Options.Create(new GatewayOptions()));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_dataRoot, recursive: true);
    }

    [Fact]
    public async Task Begin_with_one_that_is_filed_for_its_owner_alone()
    {
        var first = await _keys.EnsureFirst(_dataRoot);
        var again = await _keys.EnsureFirst(_dataRoot);

        Assert.Matches("^sk-aigc-[A-Za-z0-9_-]{43}$", first!.Secret);
        Assert.True(first.Created);
        Assert.Equal(first with { Created = false }, again);
        Assert.Equal(first.Secret, (await File.ReadAllTextAsync(first.Path)).Trim());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(first.Path));
        }
    }

    [Fact]
    public async Task Do_not_grow_another_first_one_when_its_file_is_taken_away()
    {
        var first = await _keys.EnsureFirst(_dataRoot);
        File.Delete(first!.Path);

        Assert.Null(await _keys.EnsureFirst(_dataRoot));
        Assert.NotNull(await _keys.Find(first.Secret));
    }

    [Fact]
    public async Task Register_the_filed_one_when_the_process_died_in_between()
    {
        var secret = KeySecret.Create();
        await File.WriteAllTextAsync(Path.Combine(_dataRoot, "api-key"), secret);

        var first = await _keys.EnsureFirst(_dataRoot);

        Assert.Equal(secret, first!.Secret);
        Assert.Equal("default", (await _keys.Find(secret))!.Tenant);
    }

    [Fact]
    public async Task Get_an_id_of_their_own_where_the_hash_was_their_id()
    {
        var secret = KeySecret.Create();
        var hash = KeySecret.HashOf(secret);
        await _documents.Insert(new ApiKey { Id = hash, Prefix = KeySecret.PrefixOf(secret), Tenant = "acme", Scopes = ["look"], CreatedAt = _time.GetUtcNow() });

        await _keys.EnsureFirst(_dataRoot);

        var key = await _keys.Find(secret);
        Assert.StartsWith("key_", key!.Id, StringComparison.Ordinal);
        Assert.Equal(("acme", "look"), (key.Tenant, key.Scopes.Single()));
        Assert.Null(await _documents.Find(hash));
    }

    [Fact]
    public async Task Hold_no_secret()
    {
        var (_, secret) = await _keys.Create(Order);

        var stored = DocumentJson.Write((await _documents.Query(new DocumentQuery<ApiKey>())).Single());

        Assert.DoesNotContain(secret, stored, StringComparison.Ordinal);
        Assert.Contains(KeySecret.PrefixOf(secret), stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_working_when_they_expire()
    {
        var (_, secret) = await _keys.Create(Order with { ExpiresAt = _time.GetUtcNow().AddDays(1) });
        Assert.NotNull(await _keys.Find(secret));

        _time.Advance(TimeSpan.FromDays(1));

        Assert.Null(await _keys.Find(secret));
    }

    [Fact]
    public async Task Remember_their_last_use_to_the_minute()
    {
        var (key, secret) = await _keys.Create(Order);
        await _keys.Find(secret);
        var began = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(59));
        await _keys.Find(secret);
        Assert.Equal(began, (await _documents.Find(key.Id))!.LastUsed);

        _time.Advance(TimeSpan.FromSeconds(2));
        await _keys.Find(secret);

        Assert.Equal(_time.GetUtcNow(), (await _documents.Find(key.Id))!.LastUsed);
    }
}
