using Aigc.Contracts;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.DataSupply.Uploads;

/// <summary>That a tenant uploaded these bytes. Knowing a digest is not owning it: equal bytes of two tenants are two uploads.</summary>
internal sealed class Upload : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required string FileName { get; init; }

    public required ArtifactRef Artifact { get; init; }

    public required DateTimeOffset At { get; init; }

    public static string IdOf(string tenant, string digest) => Aigc.Storage.Artifacts.Digest.OfParts(tenant, digest);
}

/// <summary>Takes raw files in over HTTP and knows whose they are.</summary>
internal sealed class UploadDesk(IArtifactStore artifacts, IDocumentStore<Upload> uploads, TimeProvider time)
{
    /// <summary>Stores a file. The same file again is the same upload.</summary>
    /// <exception cref="ProblemException"><c>upload_empty</c>, or <c>source_incomplete</c> without a file name.</exception>
    public async Task<Upload> Take(string tenant, string? fileName, Stream content, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(fileName))
        {
            throw new ProblemException("source_incomplete", "Give the name of the file as ?fileName=; its ending tells how it is read.", "fileName");
        }

        var stored = await artifacts.Put(content, "application/octet-stream", ct);
        if (stored.Size == 0)
        {
            throw new ProblemException("upload_empty", "The request has no body; send the file's bytes.");
        }

        var upload = new Upload
        {
            Id = Upload.IdOf(tenant, stored.Digest),
            Tenant = tenant,
            // Only the last part: a name is never a path.
            FileName = fileName.Split('/', '\\')[^1],
            Artifact = stored,
            At = time.GetUtcNow(),
        };
        await uploads.Insert(upload, ct);
        return upload;
    }

    /// <summary>Whether these bytes are the tenant's own.</summary>
    public async Task<bool> Owns(string tenant, string digest, CancellationToken ct) =>
        Aigc.Storage.Artifacts.Digest.IsValid(digest) && await uploads.Find(Upload.IdOf(tenant, digest), ct) is not null;
}
