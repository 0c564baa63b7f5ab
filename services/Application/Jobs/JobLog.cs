using System.Collections.Concurrent;
using Aigc.Storage.Documents;

namespace Aigc.Application.Jobs;

/// <summary>
/// The log of every root job. Numbers have no gaps: an entry takes the first free id, and an id is taken by being inserted, so that
/// any number of processes append and a reader that has seen number n will find n + 1 or nothing after it.
/// </summary>
internal sealed class JobLog(IDocumentStore<JobEvent> events)
{
    // How far this process knows each log to be. Only a hint: a stale one costs an insert that is refused.
    private readonly ConcurrentDictionary<string, long> _known = new();

    /// <summary>Appends one entry; <paramref name="entry"/> makes it of the id it gets.</summary>
    public async Task Append(string root, Func<string, JobEvent> entry, CancellationToken ct)
    {
        var number = _known.TryGetValue(root, out var known) ? known : await Length(root, ct);
        do
        {
            number++;
        }
        while (!await events.Insert(entry(JobEvent.IdOf(root, number)), ct));

        if (_known.Count > 4096)
        {
            _known.Clear();
        }

        _known[root] = number;
    }

    /// <summary>Entries after a number, oldest first.</summary>
    public Task<IReadOnlyList<JobEvent>> After(string root, long number, int take, CancellationToken ct) =>
        events.Query(
            new DocumentQuery<JobEvent>()
                .AtLeast(e => e.Id, JobEvent.IdOf(root, number + 1))
                .AtMost(e => e.Id, JobEvent.IdOf(root, 999_999_999_999))
                .OrderBy(e => e.Id)
                .Take(take),
            ct);

    private async Task<long> Length(string root, CancellationToken ct)
    {
        var last = await events.Query(
            new DocumentQuery<JobEvent>()
                .AtLeast(e => e.Id, JobEvent.IdOf(root, 0))
                .AtMost(e => e.Id, JobEvent.IdOf(root, 999_999_999_999))
                .OrderBy(e => e.Id, descending: true)
                .Take(1),
            ct);
        return last.Count == 0 ? 0 : last[0].Number;
    }
}
