using Aigc.Contracts;

namespace Aigc.Storage.Artifacts;

/// <summary>Immutable bytes by their SHA-256. Storing the same bytes again is harmless, which makes every retry harmless.</summary>
public interface IArtifactStore
{
    /// <summary>Stores the bytes; either all of them are there afterwards or none.</summary>
    Task<ArtifactRef> Put(Stream content, string mediaType, CancellationToken ct = default);

    /// <summary>Opens the bytes for reading.</summary>
    /// <exception cref="ArtifactMissingException">There are none by this digest.</exception>
    Task<Stream> Open(string digest, CancellationToken ct = default);

    /// <summary>Whether the bytes are there.</summary>
    Task<bool> Exists(string digest, CancellationToken ct = default);

    /// <summary>Removes the bytes; no error when there are none.</summary>
    Task Delete(string digest, CancellationToken ct = default);
}

/// <summary>A digest nothing is stored under.</summary>
public sealed class ArtifactMissingException(string digest) : IOException($"No artifact is stored under the digest {digest}.");
