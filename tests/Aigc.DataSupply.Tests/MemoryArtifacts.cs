using System.Collections.Concurrent;
using Aigc.Contracts;
using Aigc.Storage.Artifacts;

namespace Aigc.DataSupply.Tests;

/// <summary>Artifacts in memory.</summary>
internal sealed class MemoryArtifacts : IArtifactStore
{
    private readonly ConcurrentDictionary<string, byte[]> _contents = new();

    public async Task<ArtifactRef> Put(Stream content, string mediaType, CancellationToken ct = default)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, ct);
        var bytes = copy.ToArray();
        var digest = Digest.Of(bytes);
        _contents[digest] = bytes;
        return new() { Digest = digest, Size = bytes.Length, MediaType = mediaType };
    }

    public Task<Stream> Open(string digest, CancellationToken ct = default) =>
        Task.FromResult<Stream>(new MemoryStream(_contents.TryGetValue(digest, out var bytes) ? bytes : throw new ArtifactMissingException(digest)));

    public Task<bool> Exists(string digest, CancellationToken ct = default) => Task.FromResult(_contents.ContainsKey(digest));

    public Task Delete(string digest, CancellationToken ct = default) => Task.FromResult(_contents.TryRemove(digest, out _));
}
