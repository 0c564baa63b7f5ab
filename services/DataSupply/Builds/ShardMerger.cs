using System.Text;
using Aigc.Contracts.DataSupply;
using Aigc.DataSupply.Dedup;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;

namespace Aigc.DataSupply.Builds;

/// <summary>
/// Joins prepared shards in plan order: exact and near duplicates out across all of them, a number of documents chosen, a split made, the version
/// written. Three passes over the shards; only signatures and the shingles of suspects are held, never the texts.
/// </summary>
internal sealed class ShardMerger(IArtifactStore artifacts, BuildPlan plan, PrepareSpec prepare)
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<MergedDocument> _documents = [];
    private readonly SortedDictionary<int, DuplicateOf> _duplicates = [];

    /// <summary>Writes the version into an empty folder.</summary>
    /// <param name="shards">Digest of each prepared shard, in plan order.</param>
    /// <param name="progress">Called with the number of shards read, of three times as many as there are.</param>
    /// <exception cref="ProblemException">Nothing is left.</exception>
    public async Task<MergeOutcome> Merge(string name, IReadOnlyList<string> shards, string folder, Func<int, ValueTask>? progress, CancellationToken ct)
    {
        CountSources();
        var done = 0;
        async ValueTask Read()
        {
            done++;
            if (progress is not null)
            {
                await progress(done);
            }
        }

        var duplicates = new Deduplicator(prepare.NearDuplicates);
        await foreach (var line in Lines(shards, Read, ct))
        {
            Announce(line, duplicates);
        }

        var number = 0;
        await foreach (var line in Lines(shards, Read, ct))
        {
            if (line.Row is { Rejected: null } row)
            {
                if (duplicates.Decide(number, () => Shingles.Of(row.Text)) is { } match)
                {
                    _duplicates[number] = match;
                    Count(match.Exact ? "duplicates.exact" : "duplicates.near");
                }

                number++;
            }
        }

        var kept = _documents.Select((document, index) => _duplicates.ContainsKey(index) ? null : document.Place).ToList();
        var fates = Split.Decide(kept, prepare.MaxDocuments, prepare.Validation, prepare.Test ?? 0);
        CountFates(fates);
        if (!fates.Any(Split.Names.ContainsKey))
        {
            throw EmptyDataset.Problem(_counts);
        }

        var bytes = _documents.Select(document => document.Bytes).ToList();
        await using (var writer = new VersionWriter(folder, fates, bytes))
        {
            writer.WriteDuplicates(_duplicates.Select(pair => new DuplicateRow(
                _documents[pair.Key].Place.Id, _documents[pair.Key].Source, _documents[pair.Value.Kept].Place.Id, _documents[pair.Value.Kept].Source, pair.Value.Exact ? "exact" : "near", Math.Round(pair.Value.Similarity, 6))));
            await foreach (var line in Lines(shards, Read, ct))
            {
                if (line.Row is { } row)
                {
                    writer.Write(row);
                }
            }
        }

        var outcome = new MergeOutcome
        {
            TrainRows = fates.LongCount(fate => fate == DocumentFate.Train),
            ValidationRows = fates.LongCount(fate => fate == DocumentFate.Validation),
            TestRows = fates.LongCount(fate => fate == DocumentFate.Test),
            Groups = fates.Zip(_documents).Where(pair => Split.Names.ContainsKey(pair.First)).Select(pair => pair.Second.Place.Group).OfType<string>().Distinct(StringComparer.Ordinal).LongCount(),
            TextBytes = fates.Zip(bytes).Where(pair => Split.Names.ContainsKey(pair.First)).Sum(pair => (long)pair.Second),
            Counts = _counts,
        };
        DatasetCard.Write(folder, name, prepare, outcome);
        await Croissant.Write(folder, name, ct);
        return outcome;
    }

    private async IAsyncEnumerable<ShardLine> Lines(IReadOnlyList<string> shards, Func<ValueTask> read, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var shard in shards)
        {
            await using var content = await artifacts.Open(shard, ct);
            foreach (var line in JsonLinesFile.Read<ShardLine>(content))
            {
                yield return line;
            }

            ct.ThrowIfCancellationRequested();
            await read();
        }
    }

    private void Announce(ShardLine line, Deduplicator duplicates)
    {
        if (line.Summary is { } summary)
        {
            Count("read", summary.Documents);
            Count("bytes.text", summary.TextBytes);
            foreach (var (reason, number) in summary.Skipped)
            {
                Count("skipped." + reason, number);
            }

            foreach (var (kind, number) in summary.Redacted)
            {
                Count("redacted." + kind, number);
            }
        }
        else if (line.Row is { Rejected: { } rejected })
        {
            Count("rejected." + rejected.Rule);
        }
        else if (line.Row is { } row)
        {
            duplicates.Announce(row.Exact!, MinHash.Decode(row.Bands!));
            _documents.Add(new(new(row.Id, row.Group, row.Labels ?? []), row.Source, Encoding.UTF8.GetByteCount(row.Text)));
        }
    }

    private void CountSources()
    {
        Count("files", plan.Files);
        Count("bytes.files", plan.Bytes);
        foreach (var (reason, number) in plan.Skipped)
        {
            Count("skipped." + reason, number);
        }
    }

    private void CountFates(DocumentFate[] fates)
    {
        Count("train", fates.LongCount(fate => fate == DocumentFate.Train));
        Count("validation", fates.LongCount(fate => fate == DocumentFate.Validation));
        if (prepare.Test > 0)
        {
            Count("test", fates.LongCount(fate => fate == DocumentFate.Test));
        }

        Count("kept", fates.LongCount(Split.Names.ContainsKey));
        if (fates.LongCount(fate => fate == DocumentFate.NotChosen) is > 0 and var left)
        {
            Count("not-chosen", left);
        }
    }

    private sealed record MergedDocument(SplitPlace Place, string Source, int Bytes);

    private void Count(string name, long number = 1) => _counts[name] = _counts.GetValueOrDefault(name) + number;
}
