using System.Runtime.CompilerServices;
using Aigc.DataSupply.Builds;
using Aigc.Storage.Artifacts;

namespace Aigc.DataSupply.Datasets;

/// <summary>Rows of a version's files, one after another, in the order in which they were written.</summary>
internal sealed class DatasetRows(ArtifactFolders folders)
{
    /// <summary>Rows of the files whose path begins like this, numbered from 0.</summary>
    public async IAsyncEnumerable<(int Number, T Row)> Read<T>(DatasetVersion version, string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var number = 0;
        var files = (await folders.List(version.Dataset.Folder, ct)).Where(file => file.Path.StartsWith(prefix, StringComparison.Ordinal));
        foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            await using var content = await folders.OpenFile(version.Dataset.Folder, file.Path, ct);
            foreach (var row in JsonLinesFile.Read<T>(content))
            {
                ct.ThrowIfCancellationRequested();
                yield return (number++, row);
            }
        }
    }

    /// <summary>
    /// The next rows that meet a condition. Rows are looked at in bounded numbers, so that a search through a large dataset answers in a moment and is gone on with
    /// from <c>Next</c>, the number of the first row not looked at; null at the end.
    /// </summary>
    public async Task<(List<T> Rows, int? Next)> Page<T>(DatasetVersion version, string prefix, Func<T, bool> meets, int from, int take, CancellationToken ct)
    {
        const int MostLookedAt = 50_000;
        var found = new List<T>();
        await foreach (var (number, row) in Read<T>(version, prefix, ct))
        {
            if (number < from)
                continue;
            if (found.Count == take || number - from >= MostLookedAt)
                return (found, number);
            if (meets(row))
                found.Add(row);
        }

        return (found, null);
    }
}
