using System.Runtime.CompilerServices;
using Aigc.DataSupply.Extractors;

namespace Aigc.DataSupply.Sources;

/// <summary>One file that is known already: a path that was checked, or uploaded bytes.</summary>
internal sealed class SingleSource(SourceFile file) : ISource
{
    public async IAsyncEnumerable<SourceFile> List(SkipCounts skips, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        yield return file;
    }
}
