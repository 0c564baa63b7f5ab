using System.Globalization;
using System.Net;
using Aigc.Gateway.Edge;
using Aigc.Gateway.Keys;
using Aigc.Storage.Documents;
using Aigc.Storage.Documents.Embedded;
using Microsoft.Extensions.Time.Testing;

namespace Aigc.Gateway.Tests;

public sealed class Requests_a_minute : IAsyncLifetime
{
    private readonly string _dataRoot = Directory.CreateTempSubdirectory("aigc-rates-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 15, TimeSpan.Zero));
    private SqliteDatabase _database = null!;
    private Counted<RateWindow> _windows = null!;

    public ValueTask InitializeAsync()
    {
        _database = new SqliteDatabase(Path.Combine(_dataRoot, "rates.db"));
        _windows = new Counted<RateWindow>(new SqliteDocumentStore<RateWindow>(_database, new CollectionDefinition<RateWindow>("rates", ["expiresAt"])));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_dataRoot, recursive: true);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(1000, 4)]
    public async Task Hold_together_across_gateway_processes(int limit, int processes)
    {
        var gateways = Enumerable.Range(0, processes).Select(_ => new RequestRates(_windows, _time)).ToList();

        var answers = await Task.WhenAll(Enumerable.Range(0, (limit + 1) * processes).Select(i => Task.Run(() => gateways[i % processes].Take("key:a", limit, default).AsTask())));

        // Never more; and all of them, because every process went on until it was refused and had nothing left.
        Assert.Equal(limit, answers.Count(answer => answer.Allowed));
    }

    [Fact]
    public async Task Ask_the_store_for_blocks_and_not_for_requests()
    {
        var rates = new RequestRates(_windows, _time);

        for (var i = 0; i < 10_000; i++)
        {
            Assert.True((await rates.Take("key:a", 10_000, default)).Allowed);
        }

        Assert.InRange(_windows.Asked, 1, 400);
    }

    [Fact]
    public async Task Begin_anew_with_every_minute_of_the_clock()
    {
        var rates = new RequestRates(_windows, _time);
        var first = await rates.Take("key:a", 1, default);
        var second = await rates.Take("key:a", 1, default);

        _time.Advance(second.Reset);
        var third = await rates.Take("key:a", 1, default);

        Assert.Equal((true, 0, TimeSpan.FromSeconds(45)), (first.Allowed, first.Remaining, first.Reset));
        Assert.False(second.Allowed);
        Assert.True(third.Allowed);
    }

    [Fact]
    public async Task Say_what_is_left_of_the_whole_and_not_of_the_block()
    {
        var rates = new RequestRates(_windows, _time);

        var left = new List<int>();
        for (var i = 0; i < 100; i++)
        {
            left.Add((await rates.Take("key:a", 100, default)).Remaining);
        }

        Assert.Equal(Enumerable.Range(0, 100).Reverse(), left);
    }

    [Fact]
    public async Task Are_told_by_two_gateways_as_one()
    {
        // A minute that does not end while the test looks at it.
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero));
        await using var host = await GatewayHost.Start(new() { ["Aigc:Gateway:RequestsPerMinute"] = "10" }, time: time);
        await using var other = await GatewayHost.Start(new() { ["Aigc:Gateway:RequestsPerMinute"] = "10" }, beside: host, time: time);
        using var one = host.Program();
        using var two = other.Program();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => (i % 2 == 0 ? one : two).GetAsync("/v1/models")));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal(("10", "0", "59s"), (One(refused, "x-ratelimit-limit-requests"), One(refused, "x-ratelimit-remaining-requests"), One(refused, "x-ratelimit-reset-requests")));
        Assert.Equal(59, int.Parse(One(refused, "Retry-After"), CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Of_a_tenant_are_those_of_all_its_keys()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero));
        await using var host = await GatewayHost.Start(time: time);
        using var owner = host.Program();
        var acme = await owner.Post("/api/tenants", new { id = "acme", requestsPerMinute = 5 });
        using var first = host.Program(acme.GetProperty("key").Text("secret"));
        using var second = host.Program(await host.NewKey("acme", "*"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => (i % 2 == 0 ? first : second).GetAsync("/v1/models")));

        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/v1/models")).StatusCode);
    }

    [Fact]
    public async Task Of_a_key_may_be_its_own()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero));
        await using var host = await GatewayHost.Start(time: time);
        var (_, secret) = await host.Keys.Create(new KeyOrder("default", "small", ["*"]) { RequestsPerMinute = 1 });
        using var client = host.Program(secret);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/models")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.GetAsync("/v1/models")).StatusCode);
    }

    private static string One(HttpResponseMessage response, string header) => response.Headers.GetValues(header).Single();

    /// <summary>Counts how often the store was asked for anything.</summary>
    private sealed class Counted<T>(IDocumentStore<T> inner) : IDocumentStore<T>
        where T : class, IDocument
    {
        private int _asked;

        public int Asked => _asked;

        public Task<T?> Find(string id, CancellationToken ct = default) => Count(inner.Find(id, ct));

        public Task<bool> Insert(T document, CancellationToken ct = default) => Count(inner.Insert(document, ct));

        public Task<bool> Replace(T document, CancellationToken ct = default) => Count(inner.Replace(document, ct));

        public Task<bool> Delete(string id, CancellationToken ct = default) => Count(inner.Delete(id, ct));

        public Task<IReadOnlyList<T>> Query(DocumentQuery<T> query, CancellationToken ct = default) => Count(inner.Query(query, ct));

        public Task<long> Count(DocumentQuery<T> query, CancellationToken ct = default) => Count(inner.Count(query, ct));

        private TResult Count<TResult>(TResult answer)
        {
            Interlocked.Increment(ref _asked);
            return answer;
        }
    }
}
