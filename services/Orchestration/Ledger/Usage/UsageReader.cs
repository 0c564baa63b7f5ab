using System.Globalization;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Ledger.Usage;

/// <summary>Reads what was used, out of the sums of hours.</summary>
internal sealed class UsageReader(IDocumentStore<UsageSum> sums, IDocumentStore<UsageEntry> entries, IOptions<LedgerOptions> options)
{
    public const int MaxPage = 1_000;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(400);

    private static readonly Dictionary<string, (string Dimension, Func<UsageSum, string?> Value)> Groups = new()
    {
        ["key"] = (UsageSum.ByModel, sum => sum.Key),
        ["user"] = (UsageSum.ByModel, sum => sum.User),
        ["model"] = (UsageSum.ByModel, sum => sum.Model),
        ["kind"] = (UsageSum.ByModel, sum => sum.Kind),
        ["day"] = (UsageSum.ByModel, sum => sum.Hour.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ["hour"] = (UsageSum.ByModel, sum => sum.Hour.UtcDateTime.ToString("yyyy-MM-dd'T'HH':00Z'", CultureInfo.InvariantCulture)),
        ["chain"] = (UsageSum.ByChain, sum => sum.Chain),
        ["artifact"] = (UsageSum.ByArtifact, sum => sum.Artifact),
    };

    /// <summary>The report, by group.</summary>
    /// <exception cref="ProblemException"><c>invalid_value</c>: of <c>group_by</c> or <c>from</c>.</exception>
    public async Task<UsageReport> Read(ReadUsage asked, CancellationToken ct)
    {
        if (!Groups.TryGetValue(asked.GroupBy, out var group))
        {
            throw new ProblemException("invalid_value", $"'{asked.GroupBy}' cannot be grouped by; it is one of {string.Join(", ", Groups.Keys)}.", "group_by");
        }

        var lines = new SortedDictionary<string, Line>(StringComparer.Ordinal);
        await foreach (var sum in Sums(asked.Tenant, group.Dimension, asked.From, asked.To, ct))
        {
            var value = group.Value(sum) ?? "";
            if (!lines.TryGetValue(value, out var line))
            {
                lines[value] = line = new Line();
            }

            line.Add(sum);
        }

        return new UsageReport { Currency = options.Value.Currency, Lines = [.. lines.Select(line => line.Value.View(line.Key))] };
    }

    /// <summary>Sums of the hours from one up to another.</summary>
    public async IAsyncEnumerable<UsageSum> Sums(
        string tenant, string dimension, DateTimeOffset from, DateTimeOffset to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        if (to - from > Longest || from > to)
        {
            throw new ProblemException("invalid_value", $"from must lie before to, by at most {Longest.TotalDays} days.", "from");
        }

        for (var skip = 0; ; skip += MaxPage)
        {
            var page = await sums.Query(
                new DocumentQuery<UsageSum>().Where(sum => sum.Tenant, tenant).Where(sum => sum.Dimension, dimension)
                    .AtLeast(sum => sum.Hour, from).AtMost(sum => sum.Hour, to.AddTicks(-1)).OrderBy(sum => sum.Hour).Skip(skip).Take(MaxPage),
                ct);
            foreach (var sum in page)
            {
                yield return sum;
            }

            if (page.Count < MaxPage)
            {
                yield break;
            }
        }
    }

    /// <summary>Single entries, newest first, after the one of this id.</summary>
    /// <exception cref="ProblemException"><c>invalid_cursor</c>.</exception>
    public async Task<(IReadOnlyList<UsageEntry> Entries, bool More)> Entries(string tenant, DateTimeOffset from, DateTimeOffset to, int limit, string? after, CancellationToken ct)
    {
        UsageEntry? cursor = null;
        if (after is not null && ((cursor = await entries.Find(after, ct)) is null || cursor.Tenant != tenant))
        {
            throw new ProblemException("invalid_cursor", $"There is no entry '{after}' to go on from.", "after");
        }

        var until = cursor is not null && cursor.At < to ? cursor.At : to;
        var found = new List<UsageEntry>();
        for (var skip = 0; found.Count <= limit; skip += limit + 1)
        {
            var page = await entries.Query(
                new DocumentQuery<UsageEntry>().Where(entry => entry.Tenant, tenant).AtLeast(entry => entry.At, from).AtMost(entry => entry.At, until)
                    .OrderBy(entry => entry.At, descending: true).Skip(skip).Take(limit + 1),
                ct);
            // Entries of the cursor's very instant that sort before it were on the page before.
            found.AddRange(page.Where(entry => cursor is null || entry.At < cursor.At || string.CompareOrdinal(entry.Id, cursor.Id) < 0));
            if (page.Count <= limit)
            {
                break;
            }
        }

        return (found.Count > limit ? found[..limit] : found, found.Count > limit);
    }

    private sealed class Line
    {
        private readonly SortedDictionary<string, long> _quantities = new(StringComparer.Ordinal);
        private long _entries;
        private long _money;

        public void Add(UsageSum sum)
        {
            (_entries, _money) = (_entries + sum.Entries, _money + sum.Money);
            foreach (var (meter, quantity) in sum.Quantities)
            {
                _quantities[meter] = _quantities.GetValueOrDefault(meter) + quantity;
            }
        }

        public UsageLine View(string group) => new() { Group = group, Entries = _entries, Money = _money, Quantities = _quantities };
    }
}
