using Aigc.Contracts.DataSupply;
using Aigc.DataSupply.Builds;
using Aigc.DataSupply.Extractors;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;

namespace Aigc.DataSupply.Sources;

/// <summary>
/// Freezes the files of all sources in the artifact store and plans the shards. From here on nothing depends on the sources: they may change or
/// go, and the shards may be prepared on other machines.
/// </summary>
internal sealed class FileCollector(SourceFactory sources, IArtifactStore artifacts)
{
    /// <summary>The plan.</summary>
    /// <param name="progress">Called after each file with the number of files and bytes taken so far.</param>
    /// <exception cref="ProblemException">A source is not allowed or not there, or nothing was found in any.</exception>
    public async Task<BuildPlan> Collect(IReadOnlyList<DataSource> wanted, PrepareSpec prepare, string tenant, Func<long, long, ValueTask> progress, CancellationToken ct)
    {
        var files = new Dictionary<string, PlanFile>(StringComparer.Ordinal);
        var skips = new SkipCounts();
        long bytes = 0;
        for (var i = 0; i < wanted.Count; i++)
        {
            var source = await sources.Create(wanted[i], i, tenant, ct);
            await foreach (var file in source.List(skips, ct))
            {
                if (await Take(file, prepare.MaxFileBytes, skips, ct) is { } taken)
                {
                    // The same file named twice is one file.
                    bytes += files.TryAdd(taken.Id, taken) ? taken.Size : 0;
                    await progress(files.Count, bytes);
                }
            }
        }

        return files.Count > 0
            ? ShardPlanner.Plan(files.Values, skips.Counts)
            : throw EmptyDataset.Problem(skips.Counts.ToDictionary(count => "skipped." + count.Key, count => count.Value));
    }

    private async Task<PlanFile?> Take(SourceFile file, long maxBytes, SkipCounts skips, CancellationToken ct)
    {
        try
        {
            Check(file, maxBytes);
            await using var content = await file.Open(ct);
            await using var capped = new CappedStream(content, maxBytes);
            var stored = await artifacts.Put(capped, "application/octet-stream", ct);
            return capped.Total > 0
                ? new() { Id = file.Id, Digest = stored.Digest, Size = stored.Size, FileName = file.Name }
                : throw new SkippedException("empty", "The file has no bytes.");
        }
        catch (SkippedException skipped)
        {
            skips.Add(skipped.Reason);
        }
        catch (UnauthorizedAccessException)
        {
            skips.Add("unreadable");
        }
        // The source could not be read; a full disk on our side is an IOException too, and must not look like a bad file.
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException or EndOfStreamException || error.GetType().Namespace == "System.Net.Http")
        {
            skips.Add("unreadable");
        }

        return null;
    }

    private static void Check(SourceFile file, long maxBytes)
    {
        if (ExtractorTable.For(file.Name) is null)
        {
            throw new SkippedException("no-extractor", "No extractor reads this file.");
        }

        // Also what is no file at all: a pipe has no length, and reading one would wait for ever.
        if (file.Length == 0)
        {
            throw new SkippedException("empty", "The file has no bytes.");
        }

        if (file.Length > maxBytes)
        {
            throw new SkippedException("too-large", $"The file has more than {maxBytes} bytes.");
        }
    }
}
